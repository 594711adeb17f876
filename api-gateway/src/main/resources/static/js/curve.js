// The live curve of the last minutes: solid where the reading is sure, dashed where it is not, hatched where in flow.

import { clock, element, hatch, hundred, shape, span } from './format.js';

const SHOWN_MS_MIN = 2 * 60_000;
const SHOWN_MS_MAX = 10 * 60_000;
const POINTS_MAX = 1_500;
const GAP_MS = 45_000;
const SURE = 0.5;
const SAME_CLOCK_MS = 30_000;
const WORDS_MS = 15_000;
const LEFT = 34;
const RIGHT = 14;
const TOP = 12;
const BOTTOM = 26;

export class Curve {
  #svg;
  #table;
  #points = [];
  #wordsAt = 0;
  #timer;
  #resized;

  constructor(svg, table) {
    this.#svg = svg;
    this.#table = table;
    this.#resized = new ResizeObserver(() => this.draw());
    this.#resized.observe(svg.parentElement);
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.#timer = setInterval(() => document.hidden || this.draw(), still ? 10_000 : 1_000);
  }

  /** Takes a live update; where its clock is not ours (typing that was imported, say) it counts as of now. */
  add(update) {
    const now = Date.now();
    const at = Math.abs(now - update.at) < SAME_CLOCK_MS ? Math.min(now, update.at) : now;
    const flow = update.flow_state;
    const last = this.#points.at(-1);
    this.#points.push({
      at: last ? Math.max(last.at, at) : at,
      session: update.session_id,
      intensity: flow.flow_intensity,
      confidence: flow.confidence,
      inFlow: flow.is_in_flow,
    });
    this.#forget(now);
    this.#svg.dataset.points = this.#points.length;
    this.#svg.dataset.latest = flow.flow_intensity.toFixed(3);
    this.draw();
  }

  stop() {
    clearInterval(this.#timer);
    this.#resized.disconnect();
    this.#points = [];
    this.#svg.replaceChildren();
    this.#svg.dataset.points = 0;
    this.#svg.dataset.latest = '';
  }

  #forget(now) {
    const keep = this.#points.findIndex((point) => now - point.at <= SHOWN_MS_MAX);
    this.#points.splice(0, Math.max(keep < 0 ? this.#points.length : keep, this.#points.length - POINTS_MAX));
  }

  draw() {
    const now = Date.now();
    this.#forget(now);
    const { width, height } = this.#svg.parentElement.getBoundingClientRect();
    if (width < 80) return;
    const oldest = this.#points[0]?.at ?? now;
    const shown = Math.min(SHOWN_MS_MAX, Math.max(SHOWN_MS_MIN, (now - oldest) * 1.08));
    const x = (at) => LEFT + (width - LEFT - RIGHT) * (1 - (now - at) / shown);
    const y = (value) => TOP + (height - TOP - BOTTOM) * (1 - Math.min(1, Math.max(0, value)));

    this.#svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const parts = [hatch('hatch-curve'), ...grid(width, height, y, x, now, shown)];
    for (const run of runs(this.#points)) {
      parts.push(shape('path', { class: 'area', d: area(run, x, y) }));
    }
    for (const [from, to] of flowSpans(this.#points, now)) {
      const left = Math.max(LEFT, x(from));
      const across = Math.max(2, x(to) - left);
      parts.push(shape('rect', { class: 'flow', x: left, y: TOP, width: across, height: height - TOP - BOTTOM }),
        shape('line', { class: 'flow-edge', x1: left, x2: left + across, y1: TOP, y2: TOP }));
    }
    for (const run of runs(this.#points)) {
      for (const [sure, points] of bySureness(run)) {
        parts.push(shape('path', { class: sure ? 'sure' : 'unsure', d: line(points, x, y) }));
      }
    }
    const last = this.#points.at(-1);
    if (last) parts.push(mark(last, x, y));
    if (!last) parts.push(shape('text', { class: 'empty', x: width / 2, y: y(0.62) + 5, 'text-anchor': 'middle' }, 'Type in your editor, and the curve begins.'));
    this.#svg.replaceChildren(...parts);
    if (now - this.#wordsAt > WORDS_MS || this.#points.length < 3) this.#tell(now);
  }

  #tell(now) {
    this.#wordsAt = now;
    const points = this.#points;
    if (!points.length) {
      this.#svg.setAttribute('aria-label', 'No live readings in the last ten minutes.');
      this.#table.replaceChildren(element('p', {}, 'No live readings in the last ten minutes.'));
      return;
    }
    const values = points.map((point) => point.intensity);
    const flowMs = flowSpans(points, now).reduce((sum, [from, to]) => sum + to - from, 0);
    this.#svg.setAttribute('aria-label', `Intensity over the last ${span(now - points[0].at)}: `
      + `now ${hundred(values.at(-1))} of 100, lowest ${hundred(Math.min(...values))}, highest ${hundred(Math.max(...values))}, `
      + `confidence ${hundred(points.at(-1).confidence)} of 100, ${flowMs ? `in flow for ${span(flowMs)}` : 'not in flow'}.`);
    this.#table.replaceChildren(table(points));
  }
}

/** Stretches without a gap, of one session each. */
function runs(points) {
  const all = [];
  points.forEach((point, i) => {
    const before = points[i - 1];
    if (!before || point.at - before.at > GAP_MS || point.session !== before.session) all.push([]);
    all.at(-1).push(point);
  });
  return all;
}

function bySureness(run) {
  const all = [];
  run.forEach((point, i) => {
    const sure = point.confidence >= SURE;
    if (!all.length || all.at(-1)[0] !== sure) all.push([sure, i ? [run[i - 1]] : []]);
    all.at(-1)[1].push(point);
  });
  return all;
}

function flowSpans(points, now) {
  const all = [];
  points.forEach((point, i) => {
    if (!point.inFlow) return;
    const next = points[i + 1];
    const to = Math.min(next ? next.at : now, point.at + GAP_MS);
    const last = all.at(-1);
    if (last && point.at <= last[1]) last[1] = to;
    else all.push([point.at, to]);
  });
  return all;
}

const place = (point, x, y) => `${x(point.at).toFixed(1)} ${y(point.intensity).toFixed(1)}`;

const line = (points, x, y) => `M${points.map((point) => place(point, x, y)).join('L')}`;

const area = (run, x, y) => `${line(run, x, y)}L${x(run.at(-1).at).toFixed(1)} ${y(0)}L${x(run[0].at).toFixed(1)} ${y(0)}Z`;

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

function table(points) {
  const minutes = Map.groupBy
    ? Map.groupBy(points, (point) => Math.floor(point.at / 60_000))
    : points.reduce((map, point) => {
      const minute = Math.floor(point.at / 60_000);
      return map.set(minute, [...(map.get(minute) ?? []), point]);
    }, new Map());
  const mean = (of, key) => of.reduce((sum, point) => sum + point[key], 0) / of.length;
  const rows = [...minutes].reverse().map(([minute, of]) => element('tr', {},
    element('th', { scope: 'row' }, clock(minute * 60_000)),
    element('td', {}, hundred(mean(of, 'intensity'))),
    element('td', {}, hundred(mean(of, 'confidence'))),
    element('td', {}, of.some((point) => point.inFlow) ? 'yes' : 'no')));
  const heads = ['Minute', 'Intensity', 'Confidence', 'In flow'].map((head) => element('th', { scope: 'col' }, head));
  return element('table', {}, element('thead', {}, element('tr', {}, ...heads)), element('tbody', {}, ...rows));
}
