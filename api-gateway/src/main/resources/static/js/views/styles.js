// The styles of the views of weeks, loaded once with the first of them.

import { element } from '../format.js';

await new Promise((resolve, reject) => {
  const link = element('link', { rel: 'stylesheet', href: new URL('weeks.css', import.meta.url) });
  link.onload = resolve;
  link.onerror = () => reject(new Error('weeks.css could not be loaded.'));
  document.head.append(link);
});
