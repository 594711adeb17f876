// Patterns in the user's own history: each figure with its interval and number of observations, and figures without
// enough data listed as such.

import { get } from '../api.js';
import { Feed } from '../feed.js';
import { clamp, columnHead, count, element, hundred, shape, span } from '../format.js';
import { LOCALE } from '../locale.js';
import { isBest } from './best-hours.js';

/** Sums over months change slowly and cost more than those of a day. */
const INTERVAL_MS = 600_000;
const RETRY_MS = 15_000;
const BOTTOM = 26;
const TOP = 20;
const LEFT = 34;
const DOT_PX = 4.5;
const PEAK_PX = 7;
const CAP_PX = 4;
const HOURS_MIN = 6;

const ENDED = {
  idle: 'a pause',
  context_switch: 'switches',
  left_window: 'leaving the window',
  errors: 'corrections',
  rhythm_lost: 'a change of rhythm',
  session_ended: 'the end of the session',
  unknown: 'an unknown cause',
};

const MEASURES = {
  mean_intensity: ['Mean intensity', hundred],
  flow_share: ['Share of active time in flow', percent],
  flow_period_ms: ['Median length', span],
  resumption_lag_ms: ['Median time', span],
  share_of_flow_periods: ['Share of flow periods', percent],
  active_share_outside_usual_hours: ['Share of active time', percent],
  active_share_on_weekends: ['Share of active time', percent],
  share_of_days_with_a_long_stretch: ['Share of days', percent],
  flow_share_change_per_week: ['Change a week, in points of a hundred', points],
  errors_per_keystroke_change_per_week: ['Change a week, in points of a hundred', points],
  context_switches_per_hour_change_per_week: ['Change a week, switches an hour', plain],
};

const byId = (id) => document.getElementById(id);
const date = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const number = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 2 });

let shown = false;

export class Insights {
  feeds = [new Feed({ cards: { patterns: 'Patterns' }, load, show, intervalMs: INTERVAL_MS, retryMs: RETRY_MS })];

  stop() {
    this.feeds[0].stop();
    clear();
  }
}

async function load() {
  const [patterns, insights] = await Promise.all([get('/api/flow/patterns', {}), get('/api/flow/insights', {})]);
  return { patterns, insights };
}

function show({ patterns: all, insights }) {
  const patterns = { ...all, peak_hours: withoutSmallPeaks(all.peak_hours) };
  byId('patterns-span').textContent = `${days(patterns)}, hours of ${patterns.time_zone.replaceAll('_', ' ')}.`;
  tiles(patterns);
  table(patterns.peak_hours);
  byId('insights').replaceChildren(...(insights.insights.length
    ? insights.insights.map(insightRow)
    : [element('li', { class: 'empty' }, 'No insights yet.')]));
  const missing = new Map();
  for (const one of [patterns.peak_hours, patterns.session_length, patterns.languages, patterns.triggers,
    patterns.interruption_tolerance, patterns.calibration, insights].flatMap((part) => part.missing)) {
    missing.set(one.of, one.text);
  }
  byId('patterns-missing').replaceChildren(...[...missing.values()].map((text) => element('li', {}, text)));
  byId('patterns-lacking').hidden = missing.size === 0;
  byId('patterns-lacking-count').textContent = missing.size === 1
    ? 'One figure without enough data' : `${count(missing.size)} figures without enough data`;
  // Only at first; later it stays as the user left it.
  if (!shown) byId('patterns-lacking').open = patterns.peak_hours.hours.length === 0;
  shown = true;
  draw(patterns.peak_hours);
}

/** An effect that is certain, but too small to plan by, is no peak. */
const withoutSmallPeaks = (peaks) => ({
  ...peaks, hours: peaks.hours.map((one) => ({ ...one, peak: isBest(one, peaks.mean_intensity) })),
});

function clear() {
  for (const id of ['pattern-tiles', 'insights', 'patterns-missing', 'hours', 'hours-table']) {
    byId(id).replaceChildren();
  }
  byId('patterns-span').textContent = '';
  byId('patterns-lacking').hidden = true;
  byId('hours-details').hidden = true;
  byId('hours-details').open = false;
  byId('hours').setAttribute('aria-label', '');
  shown = false;
}

const days = (of) => date.formatRange(Date.parse(of.from), Date.parse(of.to));

function tiles({ session_length, triggers, interruption_tolerance, languages, calibration }) {
  const ended = triggers.ended[0];
  const language = languages.languages.find((one) => one.above_mean);
  byId('pattern-tiles').replaceChildren(...[
    ['Half of flow lasts at least', session_length.flow_period_ms, span, ''],
    ['First flow of a session after', triggers.first_flow_after_ms, span, ''],
    ['Flow is back after', interruption_tolerance.resumption_lag_ms, span, ''],
    ['Work continues for 15 min after your highest readings in', calibration.levels.at(-1)?.continued, percent, ''],
    ['Most often ended by', ended?.share, percent, ended ? ENDED[ended.by] ?? ended.by : ''],
    ['More flow than on average in', language?.flow_share, percent, language?.language ?? ''],
  ].filter(([, estimate]) => estimate).map(([name, estimate, format, word]) => element('div', {},
    element('dt', {}, name),
    element('dd', {}, word || value(estimate, format)),
    element('dd', { class: 'range' },
      `${word ? `${value(estimate, format)}, ` : ''}${range(estimate, format)}, n = ${count(estimate.samples)}`))));
}

function insightRow(insight) {
  const { measure, estimate, reference } = insight.numbers;
  const [name, format] = MEASURES[measure] ?? [measure, plain];
  const against = reference === null || reference === 0 ? '' : `, against ${format(reference)}`;
  return element('li', { 'data-insight': insight.id },
    element('span', { class: 'title' }, insight.text),
    element('span', { class: 'amount' }, value(estimate, format)),
    element('span', { class: 'more' }, `${name} ${value(estimate, format)} (${range(estimate, format)})${against}; `
      + `${count(insight.data_points)} observations, ${days(insight)}; confidence ${percent(insight.confidence)}.`),
    insight.suggestion ? element('span', { class: 'more suggestion' }, insight.suggestion) : '');
}

const value = (estimate, format) => (estimate.value === null ? 'outside the observed range' : format(estimate.value));

function range({ low, high }, format) {
  if (high === null) return low === null ? 'no bounds' : `at least ${format(low)}`;
  return low === null ? `at most ${format(high)}` : `${format(low)} to ${format(high)}`;
}

function percent(share) {
  return `${Math.round(100 * share)} %`;
}

function points(share) {
  return `${share > 0 ? '+' : ''}${number.format(100 * share)}`;
}

function plain(of) {
  return number.format(of);
}

const hourText = (hour) => `${String(hour).padStart(2, '0')}:00`;

function table({ hours, mean_intensity }) {
  if (!hours.length) {
    byId('hours-table').replaceChildren();
    byId('hours-details').hidden = true;
    return;
  }
  byId('hours-details').hidden = false;
  byId('hours-table').replaceChildren(element('table', {},
    element('caption', { class: 'for-readers' },
      `Mean intensity by hour of the day; your mean is ${hundred(mean_intensity)}`),
    element('thead', {}, element('tr', {},
      ...['Hour', 'Intensity', 'Interval', 'Days', ''].map((text) => columnHead(text, 'Peak')))),
    element('tbody', {}, ...hours.map(({ hour, intensity, peak }) => element('tr', {},
      element('th', { scope: 'row' }, hourText(hour)),
      element('td', {}, hundred(intensity.value)),
      element('td', {}, range(intensity, hundred)),
      element('td', {}, count(intensity.samples)),
      element('td', {}, peak ? 'peak' : ''))))));
}

/** Draws shrunk means as dots with their intervals; a peak is a labelled diamond, so that it needs no colour. */
function draw({ hours, mean_intensity: mean, missing }) {
  const svg = byId('hours');
  const { width, height } = svg.parentElement.getBoundingClientRect();
  if (width < 80) return;
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  if (!hours.length) {
    svg.replaceChildren(shape('text', { class: 'empty', x: width / 2, y: height / 2, 'text-anchor': 'middle' },
      'No hours to compare yet'));
    svg.setAttribute('aria-label', missing[0]?.text ?? 'No hours to compare yet.');
    return;
  }
  const first = hours[0].hour;
  const last = Math.max(hours.at(-1).hour, Math.min(23, first + HOURS_MIN));
  const floor = height - BOTTOM;
  const x = (hour) => LEFT + (width - LEFT - 8) * (hour - first + 0.5) / (last - first + 1);
  const y = (intensity) => floor - (floor - TOP) * clamp(intensity);
  const parts = [0, 0.5, 1].flatMap((level) => [
    shape('line', { class: 'grid', x1: LEFT, x2: width, y1: y(level), y2: y(level) }),
    shape('text', { x: LEFT - 6, y: y(level) + 4, 'text-anchor': 'end' }, hundred(level))]);
  const step = [1, 2, 3, 6].find((hoursApart) => (last - first + 1) / hoursApart <= width / 46) ?? 6;
  for (let hour = first; hour <= last; hour += step) {
    parts.push(shape('text', { x: x(hour), y: height - 6, 'text-anchor': 'middle' }, String(hour).padStart(2, '0')));
  }
  parts.push(shape('line', { class: 'mean', x1: LEFT, x2: width, y1: y(mean), y2: y(mean) }));
  for (const { hour, intensity, peak } of hours) {
    const at = x(hour);
    const [low, high, middle] = [y(intensity.low), y(intensity.high), y(intensity.value)];
    const caps = `M${at - CAP_PX} ${low}h${2 * CAP_PX}M${at - CAP_PX} ${high}h${2 * CAP_PX}`;
    parts.push(shape('path', { class: 'whisker', d: `M${at} ${low}V${high}${caps}` }));
    parts.push(peak
      ? shape('path', {
        class: 'peak',
        d: `M${at} ${middle - PEAK_PX}l${PEAK_PX} ${PEAK_PX}l${-PEAK_PX} ${PEAK_PX}l${-PEAK_PX} ${-PEAK_PX}z`,
      })
      : shape('circle', { class: 'hour', cx: at, cy: middle, r: DOT_PX }));
    if (peak) parts.push(shape('text', { class: 'peak-text', x: at, y: high - 7, 'text-anchor': 'middle' }, 'peak'));
  }
  svg.replaceChildren(...parts);
  const peaks = hours.filter((one) => one.peak).map((one) => hourText(one.hour));
  const summary = peaks.length
    ? `Above your mean of ${hundred(mean)} beyond chance: ${peaks.join(', ')}.`
    : `No hour is above your mean of ${hundred(mean)} beyond chance.`;
  svg.setAttribute('aria-label', `Mean intensity by hour from ${hourText(first)} to ${hourText(hours.at(-1).hour)}. `
    + `${summary} The table below has the same figures.`);
}
