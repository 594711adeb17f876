// The navigation in the bar: from a day to the next, or from a week to the next.

import { siteUrl } from './root.js';

const byId = (id) => document.getElementById(id);

/**
 * Shows a span of time and the way to others.
 *
 * @param text the span, and `short` for narrow screens
 * @param before the name and path of the link to the span before; the same for `after` and `now`, which may be null
 */
export function showSpan({ text, short, before, after, now }) {
  byId('day-date').textContent = text;
  byId('day-date-short').textContent = short;
  for (const [id, link] of [['day-before', before], ['day-after', after], ['day-now', now]]) {
    byId(id).hidden = link === null;
    if (link === null) continue;
    const [name, path] = link;
    byId(id).dataset.path = path;
    byId(id).href = siteUrl(path);
    if (id === 'day-now') byId(id).textContent = name;
    else byId(id).setAttribute('aria-label', name);
  }
}
