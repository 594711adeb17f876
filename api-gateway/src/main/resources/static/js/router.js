// The address of each view. DashboardRoutes serves the page at all of them.

import { pathOf, siteUrl } from './root.js';

const VIEWS = [
  ['day', /^\/$/],
  ['day', /^\/day\/(\d{4}-\d{2}-\d{2})$/],
  ['week', /^\/week(?:\/(\d{4}-W(?:0[1-9]|[1-4]\d|5[0-3])))?$/],
  ['trends', /^\/trends$/],
  ['sessions', /^\/sessions$/],
  ['insights', /^\/insights$/],
  ['questions', /^\/questions$/],
  ['team', /^\/team(?:\/([\w-]+))?$/],
  ['connect', /^\/connect$/],
  ['settings', /^\/settings$/],
  ['sign-in', /^\/sign-in$/],
  ['new-password', /^\/new-password$/],
];
const LINKS = ['sign-in', 'new-password'];
const RECEIPT = /^#receipt\/([\w-]{43})$/;

let onChange = () => {};

/** Returns the view of the current address and its parameter: a date, a team, or the id of a receipt. */
export function current() {
  const [, receipt] = RECEIPT.exec(location.hash) ?? [];
  if (receipt) return { view: 'receipt', parameter: receipt };
  if (location.hash === '#privacy') history.replaceState(null, '', siteUrl('/settings')); // its address in 0.1
  const path = pathOf(location.href);
  for (const [view, pattern] of VIEWS) {
    const found = pattern.exec(path);
    if (found && LINKS.includes(view)) return { view, parameter: secretOf() };
    if (found) return { view, parameter: found[1] ?? null };
  }
  return { view: 'day', parameter: null };
}

/** Returns the secret of a link that works once, and removes it from the address, the history and bookmarks. */
function secretOf() {
  const secret = location.hash.slice(1);
  if (secret) history.replaceState(null, '', location.pathname);
  return secret || null;
}

export function go(path) {
  history.pushState(null, '', siteUrl(path));
  onChange();
}

/** Calls `changed` whenever the address changes, and keeps links within the page. */
export function follow(changed) {
  onChange = changed;
  // The page's own are relative to the address under which it was loaded.
  for (const link of document.querySelectorAll('a[data-path]')) link.href = siteUrl(link.dataset.path);
  addEventListener('popstate', changed);
  addEventListener('hashchange', changed);
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[data-path]');
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(link.dataset.path);
  });
}
