// The live curve of the last minutes, a line for each session: solid with some data behind it, dashed with little,
// with a coloured ground in flow.

import * as description from './curve-description.js';
import { element, shape } from './format.js';
import { toLocal } from './server-time.js';

const SHOWN_MS_MIN = 2 * 60_000;
const SHOWN_MS_MAX = 10 * 60_000;
const POINTS_OF_SESSION_MAX = 1_500;
const SESSIONS_MAX = 6;
const STYLES = 3;
const GAP_MS = 45_000;
const WORDS_INTERVAL_MS = 15_000;
const LEFT = 34;
const RIGHT = 14;
const TOP = 12;
const BOTTOM = 26;
const NAME_ABOVE_PX = 10;
const NAME_BELOW_PX = 20;

export class Curve {
  #svg;
  #table;
  #names;
  #bySession = new Map();
  #styles = 0;
  #waiting = '';
  #wordsAt = 0;
  #timer;
  #resized;

  /** @param names returns the name of a session */
  constructor(svg, table, names) {
    this.#svg = svg;
    this.#table = table;
    this.#names = names;
    this.#resized = new ResizeObserver(() => this.draw());
    this.#resized.observe(svg.parentElement);
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.#timer = setInterval(() => document.hidden || this.draw(), still ? 10_000 : 1_000);
  }

  /** Adds a live update at its own time. */
  add(update) {
    const now = Date.now();
    const at = Math.min(now, toLocal(update.at));
    const series = this.#bySession.get(update.session_id) ?? { points: [], style: this.#styles++ % STYLES };
    const { points } = series;
    const flow = update.flow_state;
    const point = { at, intensity: flow.flow_intensity, amount: flow.data_amount, inFlow: flow.is_in_flow };
    const after = points.findLastIndex((earlier) => earlier.at <= at);
    if (points[after]?.at === at) points[after] = point;
    else points.splice(after + 1, 0, point);
    this.#bySession.set(update.session_id, series);
    this.draw();
  }

  /** Sets the text of an empty curve. */
  waitFor(text) {
    this.#waiting = text;
    this.draw();
  }

  stop() {
    clearInterval(this.#timer);
    this.#resized.disconnect();
    this.#bySession.clear();
    this.#svg.replaceChildren();
    this.#count();
  }

  #forget(now) {
    for (const [session, { points }] of this.#bySession) {
      const first = points.findIndex((point) => now - point.at <= SHOWN_MS_MAX);
      points.splice(0, Math.max(first < 0 ? points.length : first, points.length - POINTS_OF_SESSION_MAX));
      if (!points.length) this.#bySession.delete(session);
    }
    while (this.#bySession.size > SESSIONS_MAX) this.#bySession.delete(this.#bySession.keys().next().value);
  }

  /** For tests and scripts that watch the page. */
  #count() {
    const all = [...this.#bySession.values()].flatMap(({ points }) => points);
    const latest = all.reduce((last, point) => (!last || point.at >= last.at ? point : last), null);
    this.#svg.dataset.points = all.length;
    this.#svg.dataset.latest = latest ? latest.intensity.toFixed(3) : '';
  }

  draw() {
    const now = Date.now();
    this.#forget(now);
    this.#count();
    const { width, height } = this.#svg.parentElement.getBoundingClientRect();
    if (width < 80) return;
    const series = [...this.#bySession].map(([session, one]) => ({ session, name: this.#names(session), ...one }));
    const oldest = Math.min(now, ...series.map(({ points }) => points[0].at));
    const shown = Math.min(SHOWN_MS_MAX, Math.max(SHOWN_MS_MIN, (now - oldest) * 1.08));
    const x = (at) => LEFT + (width - LEFT - RIGHT) * (1 - (now - at) / shown);
    const y = (value) => TOP + (height - TOP - BOTTOM) * (1 - Math.min(1, Math.max(0, value)));

    this.#svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const parts = grid(width, height, y, x, now, shown);
    const spans = merged(series.flatMap(({ points }) => flowSpans(points, now)));
    if (series.length === 1) {
      parts.push(...runs(series[0].points).map((run) => shape('path', { class: 'area', d: area(run, x, y) })));
    }
    for (const [from, to] of spans) {
      const left = Math.max(LEFT, x(from));
      const across = Math.max(2, x(to) - left);
      parts.push(shape('rect', { class: 'flow', x: left, y: TOP, width: across, height: height - TOP - BOTTOM }),
        shape('line', { class: 'flow-edge', x1: left, x2: left + across, y1: TOP, y2: TOP }));
    }
    parts.push(...series.map((one) => drawn(one, x, y)));
    if (series.length > 1) parts.push(...labels(series, x, y, width));
    if (!series.length) {
      const middle = { class: 'empty', x: width / 2, y: y(0.62) + 5, 'text-anchor': 'middle' };
      parts.push(shape('text', middle, this.#waiting));
    }
    this.#svg.replaceChildren(...parts);
    if (now - this.#wordsAt > WORDS_INTERVAL_MS || series.every(({ points }) => points.length < 3)) {
      this.#describe(series, spans, now);
    }
  }

  #describe(series, spans, now) {
    this.#wordsAt = now;
    if (!series.length) {
      this.#svg.setAttribute('aria-label', 'No live readings in the last ten minutes.');
      this.#table.replaceChildren(element('p', {}, 'No live readings in the last ten minutes.'));
      return;
    }
    const flowMs = spans.reduce((sum, [from, to]) => sum + to - from, 0);
    this.#svg.setAttribute('aria-label', description.sentence(series, flowMs, now));
    this.#table.replaceChildren(description.table(series));
  }
}

/** Returns the line of one session, with a mark on its last estimate. */
function drawn({ session, points, style }, x, y) {
  const parts = runs(points).flatMap((run) => bySureness(run)
    .map(([sure, part]) => shape('path', { class: sure ? 'sure' : 'unsure', d: line(part, x, y) })));
  return shape('g', { class: `series style-${style}`, 'data-session': session }, ...parts, mark(points.at(-1), x, y));
}

/** Returns names at the ends of the lines; the lower of two that would overlap goes under its line. */
function labels(series, x, y, width) {
  const ends = series
    .map(({ name, points, style }) => ({ name, style, at: x(points.at(-1).at), top: y(points.at(-1).intensity) }))
    .sort((one, other) => one.top - other.top);
  return ends.map(({ name, style, at, top }, i) => shape('text', {
    class: `name style-${style}`, x: Math.min(width - RIGHT, at), 'text-anchor': 'end',
    y: i === ends.length - 1 ? top + NAME_BELOW_PX : top - NAME_ABOVE_PX,
  }, name));
}

/** Returns the runs of points without a gap. */
function runs(points) {
  const all = [];
  points.forEach((point, i) => {
    if (!i || point.at - points[i - 1].at > GAP_MS) all.push([]);
    all.at(-1).push(point);
  });
  return all;
}

function bySureness(run) {
  const all = [];
  run.forEach((point, i) => {
    const sure = point.amount !== 'little';
    if (!all.length || all.at(-1)[0] !== sure) all.push([sure, i ? [run[i - 1]] : []]);
    all.at(-1)[1].push(point);
  });
  return all;
}

function flowSpans(points, now) {
  const end = (point, i) => Math.min(points[i + 1]?.at ?? now, point.at + GAP_MS);
  return points.flatMap((point, i) => (point.inFlow ? [[point.at, end(point, i)]] : []));
}

/** Merges spans that overlap or touch: two sessions in flow at once are one time in flow. */
function merged(spans) {
  const all = [];
  for (const [from, to] of spans.sort((one, other) => one[0] - other[0])) {
    const last = all.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
  }
  return all;
}

const place = (point, x, y) => `${x(point.at).toFixed(1)} ${y(point.intensity).toFixed(1)}`;

const line = (points, x, y) => `M${points.map((point) => place(point, x, y)).join('L')}`;

const area = (run, x, y) =>
  `${line(run, x, y)}L${x(run.at(-1).at).toFixed(1)} ${y(0)}L${x(run[0].at).toFixed(1)} ${y(0)}Z`;

function mark(point, x, y) {
  const cx = x(point.at);
  const cy = y(point.intensity);
  return point.inFlow
    ? shape('path', { class: 'latest-flow', d: `M${cx} ${cy - 8}l8 8-8 8-8-8z` })
    : shape('circle', { class: 'latest', cx, cy, r: 5.5 });
}

function grid(width, height, y, x, now, shown) {
  const parts = [];
  for (const value of [0, 0.25, 0.5, 0.75, 1]) {
    parts.push(shape('line', { class: 'grid', x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }));
    if (value * 2 % 1 === 0) {
      parts.push(shape('text', { x: LEFT - 8, y: y(value) + 4, 'text-anchor': 'end' }, String(value * 100)));
    }
  }
  const most = Math.max(2, Math.floor((width - LEFT) / 90));
  const minutes = [0.5, 1, 2, 5].find((step) => shown / 60_000 / step <= most) ?? 5;
  for (let ago = minutes; ago * 60_000 < shown; ago += minutes) {
    const at = x(now - ago * 60_000);
    if (at > LEFT + 14) {
      const words = ago < 1 ? `${ago * 60} s` : `${ago} min`;
      parts.push(shape('text', { x: at, y: height - 7, 'text-anchor': 'middle' }, `−${words}`));
    }
  }
  parts.push(shape('text', { x: width - RIGHT, y: height - 7, 'text-anchor': 'end' }, 'now'));
  return parts;
}
