// The chart of a day: flow in a lane of its own, intensity by minute, ends of flow with their cause, and sessions by
// project. A cursor, by pointer or arrow keys, reads one point of it.

import { lanes } from './day-figures.js';
import { clamp, clock, element, hourOf, hundred, shape, span } from './format.js';
import { CAUSE_SENTENCES, CHART } from './texts.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const SHOWN_HOURS_MIN = 8;
const BAR_MINUTES = [1, 2, 5, 10, 15, 30];
const BAR_PX_MIN = 4;
const LEFT = 26;
const RIGHT = 10;
const FLOW_TOP = 8;
const FLOW_PX = 14;
const BARS_TOP = 30;
const BARS_PX = 140;
const ENDS_PX = 16;
const LANE_PX = 20;
const LANES_MAX = 4;
const AXIS_PX = 22;
const CHAR_PX = 6.6;
const NEAR_PX = 7;
const COLORS = 4;
const TIP_PX = 240;

export class DayChart {
  #plot;
  #svg;
  #tip;
  #drawn = null;
  #at = null;

  /** @param plot holds the drawing and the text of the cursor */
  constructor(plot) {
    this.#plot = plot;
    this.#svg = plot.querySelector('svg');
    this.#tip = plot.querySelector('.tip');
    plot.addEventListener('pointermove', (event) => this.#moveTo(event.clientX));
    plot.addEventListener('pointerdown', (event) => this.#moveTo(event.clientX));
    plot.addEventListener('pointerleave', () => this.#point(null));
    plot.addEventListener('blur', () => this.#point(null));
    plot.addEventListener('keydown', (event) => this.#key(event));
  }

  clear() {
    this.#drawn = null;
    this.#point(null);
    this.#svg.replaceChildren();
    this.#plot.setAttribute('aria-label', CHART.cursor);
  }

  /** @param day as `DayView` loads it, with `colors`: the number of the colour of each project */
  draw(day) {
    const { width } = this.#plot.getBoundingClientRect();
    if (width < 120) return;
    const [from, to] = extent(day);
    const x = (at) => LEFT + (width - LEFT - RIGHT) * (at - from) / (to - from);
    const bars = barsOf(day.minutes, from, (width - LEFT - RIGHT) / ((to - from) / MINUTE_MS));
    const top = Math.max(0.5, Math.ceil(10 * Math.max(...bars.map(({ intensity }) => intensity), 0)) / 10);
    const floor = BARS_TOP + BARS_PX;
    const y = (intensity) => floor - BARS_PX * clamp(intensity / top);
    const sessions = day.sessions.map((one) => ({
      ...one,
      started: Math.max(from, Date.parse(one.started_at)),
      ended: Math.min(to, one.ended_at ? Date.parse(one.ended_at) : day.now),
    })).filter(({ started, ended }) => ended > started).sort((one, other) => one.started - other.started);
    const laneOf = lanes(sessions);
    const laneCount = Math.min(LANES_MAX, Math.max(0, ...laneOf.map((lane) => lane + 1)));
    const lanesTop = floor + ENDS_PX;
    const height = lanesTop + laneCount * LANE_PX + AXIS_PX;
    const parts = [
      ...axis(from, to, x, width, lanesTop + laneCount * LANE_PX, height),
      shape('line', { class: 'floor', x1: LEFT, x2: width - RIGHT, y1: floor, y2: floor }),
      shape('text', { class: 'rail', x: LEFT - 6, y: y(top) + 4, 'text-anchor': 'end' }, hundred(top)),
      shape('text', { class: 'rail', x: LEFT - 6, y: floor, 'text-anchor': 'end' }, '0'),
      ...bars.map((bar) => shape('rect', {
        class: bar.inFlow ? 'bar-flow' : 'bar-active', x: x(bar.from) + 0.5, y: Math.min(floor - 2, y(bar.intensity)),
        width: Math.max(1, x(bar.to) - x(bar.from) - 1), height: Math.max(2, floor - y(bar.intensity)), rx: 1,
      })),
      ...day.periods.flatMap((period) => flow(period, x)),
      ...day.periods.filter(({ isOpen, ended_by: by }) => !isOpen && by)
        .map((period) => shape('path', { class: 'end', d: triangle(x(period.ended), floor + 4) })),
      ...sessions.flatMap((session, i) => (laneOf[i] < LANES_MAX
        ? project(session, day.colors.get(session.project), x, lanesTop + laneOf[i] * LANE_PX) : [])),
    ];
    if (day.isToday) {
      parts.push(shape('line', { class: 'now-line', x1: x(day.now), x2: x(day.now), y1: 4, y2: height - AXIS_PX }),
        shape('circle', { class: 'now-dot', cx: x(day.now), cy: 4, r: 3.5 }));
    }
    const cursor = shape('line', { class: 'cursor', y1: FLOW_TOP, y2: height - AXIS_PX, visibility: 'hidden' });
    parts.push(cursor);
    this.#svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.#svg.style.height = `${height}px`;
    this.#svg.replaceChildren(...parts);
    this.#drawn = { day, from, to, x, bars, cursor, width };
    this.#plot.setAttribute('aria-label', CHART.summary(
      clock(from), clock(to), day.minutes.length, day.periods.length, day.sessions.length));
    this.#plot.setAttribute('aria-valuemin', '0');
    this.#plot.setAttribute('aria-valuemax', String(Math.round((to - from) / MINUTE_MS)));
    this.#point(this.#at === null ? null : Math.min(to, Math.max(from, this.#at)));
  }

  #moveTo(clientX) {
    if (!this.#drawn) return;
    const { from, to, width } = this.#drawn;
    const share = (clientX - this.#plot.getBoundingClientRect().left - LEFT) / (width - LEFT - RIGHT);
    this.#point(share < 0 || share > 1 ? null : from + share * (to - from));
  }

  #key(event) {
    if (!this.#drawn) return;
    const { from, to, bars, day } = this.#drawn;
    const step = bars.length ? bars[0].to - bars[0].from : 10 * MINUTE_MS;
    const at = this.#at ?? (day.isToday ? day.now : from);
    const next = {
      ArrowLeft: at - step, ArrowRight: at + step, PageUp: at + HOUR_MS, PageDown: at - HOUR_MS, Home: from, End: to,
    }[event.key];
    if (event.key === 'Escape') this.#point(null);
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.#point(Math.min(to, Math.max(from, next)));
  }

  #point(at) {
    this.#at = at;
    this.#tip.hidden = at === null || !this.#drawn;
    if (!this.#drawn) return;
    const { day, from, x, bars, cursor, width } = this.#drawn;
    cursor.setAttribute('visibility', at === null ? 'hidden' : 'visible');
    const minute = Math.round(((at ?? from) - from) / MINUTE_MS);
    const lines = read(at ?? from, day, bars, x);
    this.#plot.setAttribute('aria-valuenow', String(minute));
    this.#plot.setAttribute('aria-valuetext', lines.join(' '));
    if (at === null) return;
    cursor.setAttribute('x1', x(at));
    cursor.setAttribute('x2', x(at));
    this.#tip.replaceChildren(...lines.map((line) => element('p', {}, line)));
    const left = x(at) + 12 + TIP_PX > width ? x(at) - 12 - TIP_PX : x(at) + 12;
    this.#tip.style.left = `${Math.max(0, Math.min(width - TIP_PX, left))}px`;
  }
}

/** Returns what is to be read at a time: the end of a flow period near it, or the bar. */
function read(at, day, bars, x) {
  const end = day.periods.find((one) => !one.isOpen && one.ended_by && Math.abs(x(one.ended) - x(at)) <= NEAR_PX);
  if (end) {
    const next = day.periods.find(({ started }) => started >= end.ended);
    return [CHART.flowEnded(clock(end.ended), span(end.ended - end.started)), CAUSE_SENTENCES[end.ended_by] ?? '',
      next ? CHART.resumed(clock(next.started)) : ''].filter(Boolean);
  }
  const bar = bars.find((one) => one.from <= at && at < one.to);
  if (!bar) return [clock(at), CHART.nothing];
  const session = day.sessions.find((one) => Date.parse(one.started_at) <= at
    && (!one.ended_at || at < Date.parse(one.ended_at)));
  return [CHART.minute(clock(bar.from), clock(bar.to)),
    CHART.intensity(bar.inFlow ? CHART.inFlow : CHART.active, hundred(bar.intensity)),
    [session?.project, session?.language, session?.editor].filter(Boolean).join(' · ')].filter(Boolean);
}

/** Returns whole hours around all of the day's work, eight of them at least. */
function extent({ start, end, now, isToday, minutes, sessions, periods }) {
  const times = [
    ...minutes.map(({ minute }) => Date.parse(minute)), ...periods.flatMap(({ started, ended }) => [started, ended]),
    ...sessions.flatMap((one) => [Date.parse(one.started_at), one.ended_at ? Date.parse(one.ended_at) : now]),
    ...(isToday ? [now] : []),
  ].filter((at) => at >= start && at <= end);
  const hour = (at, round) => start + round((at - start) / HOUR_MS) * HOUR_MS;
  const from = times.length ? hour(Math.min(...times), Math.floor) : start + 9 * HOUR_MS;
  const to = times.length ? Math.min(end, hour(Math.max(...times) + 1, Math.ceil)) : from;
  const wide = Math.min(end, Math.max(to, from + SHOWN_HOURS_MIN * HOUR_MS));
  return [Math.max(start, Math.min(from, wide - SHOWN_HOURS_MIN * HOUR_MS)), wide];
}

/** Returns bars of as many minutes as make them wide enough, weighted by active time. */
function barsOf(minutes, from, minutePx) {
  const step = (BAR_MINUTES.find((of) => of * minutePx >= BAR_PX_MIN) ?? BAR_MINUTES.at(-1)) * MINUTE_MS;
  const all = new Map();
  for (const minute of minutes) {
    const begin = from + Math.floor((Date.parse(minute.minute) - from) / step) * step;
    const bar = all.get(begin) ?? { from: begin, to: begin + step, sum: 0, active: 0, flow: 0 };
    bar.sum += minute.mean_intensity * minute.active_seconds;
    bar.active += minute.active_seconds;
    bar.flow += minute.flow_seconds;
    all.set(begin, bar);
  }
  return [...all.values()].filter(({ active }) => active > 0).sort((one, other) => one.from - other.from)
    .map((bar) => ({ ...bar, intensity: bar.sum / bar.active, inFlow: 2 * bar.flow >= bar.active }));
}

function axis(from, to, x, width, bottom, height) {
  const parts = [];
  const hours = (to - from) / HOUR_MS;
  const step = [1, 2, 3, 4, 6, 12].find((of) => hours / of <= (width - LEFT - RIGHT) / 62) ?? 12;
  for (let hour = 0; hour <= hours; hour += step) {
    const at = from + hour * HOUR_MS;
    const anchor = x(at) < LEFT + 20 ? 'start' : x(at) > width - RIGHT - 20 ? 'end' : 'middle';
    parts.push(shape('line', { class: 'grid', x1: x(at), x2: x(at), y1: BARS_TOP, y2: bottom }),
      shape('text', { x: x(at), y: height - 5, 'text-anchor': anchor }, hourOf(at)));
  }
  return parts;
}

function flow(period, x) {
  const left = x(period.started);
  const across = Math.max(3, x(period.ended) - left);
  const text = span(period.ended - period.started);
  const parts = [shape('rect', { class: 'flow-block', x: left, y: FLOW_TOP, width: across, height: FLOW_PX, rx: 3 })];
  if (text.length * CHAR_PX + 10 < across) {
    parts.push(shape('text', { class: 'flow-length', x: left + 5, y: FLOW_TOP + FLOW_PX - 3.5 }, text));
  }
  return parts;
}

function project({ started, ended, project: name }, color, x, top) {
  const left = x(started);
  const across = Math.max(3, x(ended) - left - 1);
  const style = color === undefined ? 'project-none' : `project-${color % COLORS}`;
  const room = Math.floor((across - 12) / CHAR_PX);
  const parts = [
    shape('rect', { class: `${style} project`, x: left, y: top, width: across, height: LANE_PX - 4, rx: 2 }),
    shape('rect', { class: `${style} strip`, x: left, y: top, width: 3, height: LANE_PX - 4, rx: 1 }),
  ];
  if (name && room >= 4) {
    const text = name.length > room ? `${name.slice(0, room - 1)}…` : name;
    parts.push(shape('text', { class: 'project-name', x: left + 8, y: top + LANE_PX - 8 }, text));
  }
  return parts;
}

const triangle = (x, top) => `M${x} ${top}l5 9h-10z`;
