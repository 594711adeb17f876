// Saves a file in the browser.

import { element } from '../format.js';

const URL_RETENTION_MS = 60_000;

export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  element('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), URL_RETENTION_MS);
}
