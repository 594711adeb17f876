// Plots of a team's figures: each indicator with its interval next to its earlier value, and the weeks with their ±.

import { element, shape } from '../format.js';
import { mondayOf } from '../weeks.js';
import { formatDate } from '../zone.js';
import { TEAM, dayAndMonth } from './texts.js';

const DAYS_MIN = 3;
const HOUR_S = 3_600;
const PAD = 0.08;
const CHART_PX = 200;
const TOP_PX = 12;
const LEFT_PX = 40;
const RIGHT_PX = 12;
const BOTTOM_PX = 24;
const LABEL_PX = 90;

/**
 * Returns a row for an indicator: a diamond at its value, a bar for its interval, a line at the earlier value.
 *
 * @param format writes a value
 * @param rule the threshold of a rule about it, or null
 */
export function indicatorRow(insight, name, format, rule) {
  const { estimate, reference } = insight.numbers;
  const values = [estimate.low, estimate.high, estimate.value, reference].filter(Number.isFinite);
  const [least, most] = [Math.min(0, ...values), Math.max(...values)];
  const width = (most - least) || 1;
  const at = (value) => `${(100 * (PAD + (1 - 2 * PAD) * (value - least) / width)).toFixed(1)}%`;
  const [low, high] = [estimate.low ?? least, estimate.high ?? most];
  return element('li', { 'data-indicator': insight.id, ...(insight.stands_out ? { class: 'notable' } : {}) },
    element('span', { class: 'name' }, name),
    shape('svg', { 'aria-hidden': 'true', height: 24 },
      shape('line', { class: 'track', x1: 0, x2: '100%', y1: 12, y2: 12 }),
      shape('line', { class: 'interval', x1: at(low), x2: at(high), y1: 12, y2: 12 }),
      shape('rect', { class: 'before', x: at(reference), y: 3, width: 2, height: 18 }),
      shape('svg', { x: at(estimate.value), y: 12, overflow: 'visible' },
        shape('path', { class: 'estimate', d: 'M0-7l7 7-7 7-7-7z' }))),
    element('span', { class: 'amount' }, element('strong', {}, format(estimate.value)),
      reference === 0 ? '' : ` ${TEAM.was(format(reference))}`,
      rule === null ? '' : element('span', { class: estimate.value >= rule ? 'tag cause' : 'tag' },
        TEAM.rule(format(rule)))));
}

/**
 * Returns the mean time in flow of a day in each week with enough released days, with its margin, in hours. The
 * margins of the days are independent, so that of their mean is smaller.
 */
export function weeklyMeans(windows) {
  const weeks = new Map();
  for (const one of windows) {
    if (one.status !== 'released') continue;
    const monday = mondayOf(one.start.slice(0, 10));
    weeks.set(monday, [...weeks.get(monday) ?? [], one]);
  }
  return [...weeks].filter(([, days]) => days.length >= DAYS_MIN).sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([monday, days]) => ({
      monday,
      days: days.length,
      mean: days.reduce((sum, one) => sum + one.seconds_in_flow, 0) / days.length / HOUR_S,
      margin: Math.sqrt(days.reduce((sum, one) => sum + one.seconds_in_flow_margin ** 2, 0)) / days.length / HOUR_S,
    }));
}

/** Draws the weeks with their ±; what is below zero is noise. */
export function drawWeeks(svg, weeks, format) {
  const { width } = svg.parentElement.getBoundingClientRect();
  if (width < 80 || !weeks.length) return;
  const most = Math.max(1, ...weeks.map(({ mean, margin }) => mean + margin));
  const step = [1, 2, 5, 10, 20, 50].find((of) => most / of <= 4) ?? 100;
  const top = step * Math.ceil(most / step);
  const floor = CHART_PX - BOTTOM_PX;
  const y = (hours) => floor - (floor - TOP_PX) * Math.max(0, hours) / top;
  const x = (i) => LEFT_PX + (width - LEFT_PX - RIGHT_PX) * (i + 0.5) / weeks.length;
  const parts = [];
  for (let level = 0; level <= top; level += step) {
    parts.push(shape('line', { class: 'grid', x1: LEFT_PX, x2: width - RIGHT_PX, y1: y(level), y2: y(level) }),
      shape('text', { x: LEFT_PX - 6, y: y(level) + 4, 'text-anchor': 'end' }, `${level} h`));
  }
  const each = Math.max(1, Math.ceil(weeks.length * LABEL_PX / (width - LEFT_PX)));
  weeks.forEach(({ monday, mean, margin }, i) => {
    const [low, high] = [y(mean - margin), y(mean + margin)];
    parts.push(shape('path', { class: 'whisker', d: `M${x(i)} ${low}V${high}` }),
      shape('circle', { class: 'week-dot', cx: x(i), cy: y(mean), r: 4 },
        shape('title', {}, TEAM.week(dayAndMonth(monday), format(mean), format(margin)))));
    if ((weeks.length - 1 - i) % each === 0) {
      parts.push(shape('text', { x: x(i), y: CHART_PX - 6, 'text-anchor': 'middle' },
        formatDate(monday, { day: 'numeric', month: 'short' })));
    }
  });
  svg.setAttribute('viewBox', `0 0 ${width} ${CHART_PX}`);
  svg.setAttribute('aria-label', TEAM.weeksSummary(weeks.map(({ monday, mean, margin }) =>
    TEAM.week(dayAndMonth(monday), format(mean), format(margin)))));
  svg.replaceChildren(...parts);
}
