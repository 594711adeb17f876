// Rows of time by project or the like: a bar of flow within active time, next to the figures.

import { element, shape, span } from './format.js';
import { DAY } from './texts.js';

const SHOWN = 6;

/**
 * Returns a row for each part, with the smaller ones summed in the last.
 *
 * @param parts of `/api/flow/breakdown`, the largest first; `others` is their rest or null
 * @param without the name of time without one
 */
export function breakdownRows(parts, others, without) {
  const rest = [...parts.slice(SHOWN), ...(others ? [others] : [])];
  const most = Math.max(...parts.map((one) => one.active_seconds));
  const rows = parts.slice(0, SHOWN)
    .map((one) => splitRow(one.name ?? without, one.active_seconds, one.flow_seconds, most));
  if (rest.length) {
    const sum = (key) => rest.reduce((total, one) => total + one[key], 0);
    rows.push(splitRow(DAY.otherProjects, sum('active_seconds'), sum('flow_seconds'),
      Math.max(most, sum('active_seconds'))));
  }
  return rows;
}

/** @param active seconds, of which `flow` in flow; a bar of `most` is full */
export function splitRow(name, active, flow, most) {
  const width = (of) => `${(100 * of / most).toFixed(1)}%`;
  return element('li', {},
    element('span', { class: 'name', title: name }, name),
    shape('svg', { 'aria-hidden': 'true' },
      shape('rect', { class: 'track', width: '100%', height: 12, rx: 2 }),
      shape('rect', { class: 'bar-active', width: width(active), height: 12, rx: 2 }),
      shape('rect', { class: 'bar-flow', width: width(flow), height: 12, rx: 2 })),
    element('span', { class: 'amount' }, DAY.share(span(1000 * flow), Math.round(100 * flow / Math.max(1, active)))));
}
