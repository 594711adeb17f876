// The live curve as a sentence and as a table, for screen readers.

import { clock, element, hundred, span } from './format.js';
import { CURRENT_MS_MAX } from './readings.js';

/** Returns a sentence about each session's curve, and about flow in all of them. */
export function sentence(series, flowMs, now) {
  const first = Math.min(...series.map(({ points }) => points[0].at));
  const flow = flowMs ? `in flow for ${span(flowMs)}` : 'not in flow';
  const sessions = series.map((one) => describe(one, series.length > 1, now)).join('; ');
  return `Intensity over the last ${span(now - first)}: ${sessions}; ${flow}.`;
}

function describe({ name, points }, isNamed, now) {
  const values = points.map((point) => point.intensity);
  const last = points.at(-1);
  const when = now - last.at <= CURRENT_MS_MAX ? 'now' : `${span(now - last.at)} ago`;
  const lowest = hundred(Math.min(...values));
  return `${isNamed ? `${name} ` : ''}${when} ${hundred(last.intensity)} of 100, lowest ${lowest}, `
    + `highest ${hundred(Math.max(...values))}, ${last.amount} data behind it`;
}

/** Returns a table with a row for each minute and session. */
export function table(series) {
  const isNamed = series.length > 1;
  const rows = series
    .flatMap(({ name, points }) => [...byMinute(points)].map(([minute, of]) => ({ name, minute, of })))
    .sort((one, other) => other.minute - one.minute);
  const mean = (of, key) => of.reduce((sum, point) => sum + point[key], 0) / of.length;
  const heads = ['Minute', ...(isNamed ? ['Session'] : []), 'Intensity', 'Data behind it', 'In flow'];
  return element('table', {},
    element('thead', {}, element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head)))),
    element('tbody', {}, ...rows.map(({ name, minute, of }) => element('tr', {},
      element('th', { scope: 'row' }, clock(minute * 60_000)),
      ...(isNamed ? [element('td', {}, name)] : []),
      element('td', {}, hundred(mean(of, 'intensity'))),
      element('td', {}, of.at(-1).amount),
      element('td', {}, of.some((point) => point.inFlow) ? 'yes' : 'no')))));
}

function byMinute(points) {
  const minutes = new Map();
  for (const point of points) {
    const minute = Math.floor(point.at / 60_000);
    if (!minutes.has(minute)) minutes.set(minute, []);
    minutes.get(minute).push(point);
  }
  return minutes;
}
