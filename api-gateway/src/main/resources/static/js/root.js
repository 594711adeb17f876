// Where the site is: a proxy may serve it below a path, and a view may have a path of its own.

const ROOT = new URL(document.documentElement.dataset.root, location.href);

/** Returns the address of a path of the site, such as `/api/account`. */
export const siteUrl = (path) => new URL(path.slice(1), ROOT);

/** Returns the path within the site of an address. */
export const pathOf = (address) => new URL(address).pathname.slice(ROOT.pathname.length - 1);
