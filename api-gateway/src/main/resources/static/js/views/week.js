// The view of a week: a sentence, seven columns of flow and typing, how flow ended, and time outside usual hours.

import './styles.js';
import { account } from '../account.js';
import { get } from '../api.js';
import { showSpan } from '../bar.js';
import { against, quartiles, within } from '../day-figures.js';
import { Feed } from '../feed.js';
import { element, hourOf, shape, span } from '../format.js';
import { siteUrl } from '../root.js';
import { CAUSES, DAY, weekday } from '../texts.js';
import { mondayOf, mondayOfWeek, weekOf } from '../weeks.js';
import {
  dateOf, formatDate, isBrowsersZone, minuteOfDay, plusDays, startOf, today, zoneName,
} from '../zone.js';
import { bestHours } from './best-hours.js';
import { WEEK } from './texts.js';
import { columnsOf, usualHours } from './week-figures.js';

const INTERVAL_MS = 30_000;
const PAST_INTERVAL_MS = 600_000;
const RETRY_MS = 15_000;
const DAYS = 7;
const WEEKS_BEFORE = 26;
const USUAL_WEEKS = 8;
const USUAL_WEEKS_MIN = 4;
const USUAL_DAYS_MIN = 20;
const RECORD_WEEKS_MIN = 4;
/** A day whose hour is set back has 25; two requests of minutes are below the limit of seven days. */
const FIRST_PART_DAYS = 4;
const SHOWN_HOURS_MIN = 8;
const CHART_PX = 420;
const HOUR_PX_MAX = 34;
const TOP_PX = 6;
const MORNING_SHARE = 0.55;

export class Week {
  #requested = null;
  #monday = null;
  #parts = page();

  constructor() {
    this.feed = new Feed({
      cards: {
        week: 'The week', 'week-chart': 'The chart', 'week-ends': 'How flow ended', 'week-outside': 'Usual hours',
      },
      load: () => this.#load(),
      show: (week) => this.#show(week),
      empty: (week) => empty(week),
      isOver: ({ monday }) => monday !== this.#monday,
      intervalMs: ({ isOver }) => (isOver ? PAST_INTERVAL_MS : INTERVAL_MS),
      retryMs: RETRY_MS,
    });
  }

  get feeds() {
    return [this.feed];
  }

  /** Shows a week, or the current one if it is null. */
  enter(week) {
    this.#requested = week;
    this.#title();
    if (this.#monday !== null && this.#monday !== this.#wanted()) {
      this.#monday = null;
      this.feed.restart();
    }
  }

  stop() {
    this.feed.stop();
    document.getElementById('week-view').replaceChildren();
  }

  #wanted() {
    return this.#requested === null ? mondayOf(today()) : mondayOfWeek(this.#requested);
  }

  async #load() {
    await account();
    const monday = this.#wanted();
    this.#monday = monday;
    this.#title();
    const dates = Array.from({ length: DAYS + 1 }, (_, i) => plusDays(monday, i));
    const starts = dates.map(startOf);
    const now = Date.now();
    const isOver = starts[DAYS] <= now;
    const of = (from, to) => ({ from: new Date(starts[from]).toISOString(), to: new Date(starts[to]).toISOString() });
    const last = isOver || monday > today() ? dates[DAYS - 1] : today();
    const [first, rest, periods, analytics, patterns] = await Promise.all([
      get('/api/flow/minutes', of(0, FIRST_PART_DAYS)),
      get('/api/flow/minutes', of(FIRST_PART_DAYS, DAYS)),
      get('/api/flow/periods', of(0, DAYS)),
      get('/api/flow/analytics', { from: plusDays(monday, -DAYS * WEEKS_BEFORE), to: last }),
      get('/api/flow/patterns').catch(() => null),
    ]);
    const minutes = [...first.minutes, ...rest.minutes];
    const closed = within(periods.periods, starts[0], starts[DAYS], now);
    return {
      monday, isOver, now, minutes, analytics, patterns,
      dates: dates.slice(0, DAYS),
      periods: closed,
      columns: columnsOf(dates, starts, minutes, closed, now),
    };
  }

  #title() {
    if (document.getElementById('week-view').hidden) return;
    const monday = this.#wanted();
    const sunday = plusDays(monday, DAYS - 1);
    const path = (date) => (weekOf(date) === weekOf(today()) ? '/week' : `/week/${weekOf(date)}`);
    showSpan({
      text: range(monday, sunday, 'long'),
      short: range(monday, sunday, 'short'),
      before: [WEEK.before, path(plusDays(monday, -DAYS))],
      after: sunday >= today() ? null : [WEEK.after, path(plusDays(monday, DAYS))],
      now: [WEEK.now, '/week'],
    });
  }

  #show(week) {
    const of = this.#parts;
    const flow = sum(week.columns, 'flow');
    const active = sum(week.columns, 'active');
    of.sentence.textContent = sentence(flow, active, week);
    of.evidence.textContent = evidence(flow, week);
    of.chart.replaceChildren(...chart(week));
    of.best.textContent = bestHours(week.patterns).length ? WEEK.best : '';
    of.ends.replaceChildren(...ends(week.periods));
    of.count.textContent = WEEK.times(week.periods.filter(isEnded).length);
    of.back.textContent = back(week.patterns);
    of.outside.replaceChildren(...outside(week, active).map((text, i) =>
      element('p', i === 0 ? { class: 'amount' } : { class: 'hint' }, text)));
  }
}

/** Builds the view, and returns its parts that change. */
function page() {
  const part = (name, attributes = {}) => element(name, attributes);
  const of = {
    sentence: part('p', { class: 'sentence', 'data-testid': 'week-sentence' }),
    evidence: part('p', { 'data-testid': 'week-evidence' }),
    chart: part('ol', { class: 'week-columns', 'data-testid': 'week-columns', 'data-body': '' }),
    best: part('p', { 'data-body': '' }),
    ends: part('ol', { class: 'projects ends', 'data-body': '' }),
    count: part('p', { 'data-body': '' }),
    back: part('p', { class: 'hint', 'data-body': '' }),
    outside: part('div', { 'data-body': '' }),
  };
  const card = (id, title, ...content) => element('section', { class: 'card', id, 'aria-labelledby': `${id}-title` },
    element('div', { class: 'head' }, element('h2', { id: `${id}-title` }, title), ...content.slice(0, 1)),
    ...content.slice(1));
  document.getElementById('week-view').replaceChildren(
    element('div', { id: 'week' },
      element('div', { class: 'skeleton lines', 'aria-hidden': 'true' }, element('p')),
      element('div', { class: 'lead-in', 'data-body': '' }, of.sentence, of.evidence)),
    element('div', { class: 'week-parts' },
      card('week-chart', WEEK.your, of.best, of.chart),
      element('div', { class: 'week-side' },
        card('week-ends', WEEK.ended, of.count, of.ends, of.back),
        card('week-outside', WEEK.outside, '', of.outside))));
  return of;
}

function range(from, to, month) {
  const isOneMonth = from.slice(0, 7) === to.slice(0, 7);
  const begin = formatDate(from, isOneMonth ? { day: 'numeric' } : { day: 'numeric', month });
  return `${begin} – ${formatDate(to, { day: 'numeric', month })}`;
}

const isEnded = ({ isOpen, ended_by: by }) => !isOpen && by !== null;

const sum = (all, key) => all.reduce((total, one) => total + one[key], 0);

function empty({ columns, periods, isOver, minutes }) {
  const isEmpty = !minutes.length && !columns.some(({ active }) => active);
  return {
    week: isEmpty ? WEEK.noTyping(isOver) : '',
    'week-chart': isEmpty ? WEEK.noTyping(isOver) : '',
    'week-ends': periods.some(isEnded) ? '' : WEEK.noEnds,
    'week-outside': isEmpty ? WEEK.noTyping(isOver) : '',
  };
}

/** Returns the flow of each week with typing before a Monday, the latest first, as `[monday, ms]`. */
function weeksBefore(monday, daily) {
  const weeks = new Map();
  for (const { day, flow_ms: flow } of daily) {
    if (day < monday) weeks.set(mondayOf(day), (weeks.get(mondayOf(day)) ?? 0) + flow);
  }
  return [...weeks].sort(([one], [other]) => (one < other ? 1 : -1));
}

function sentence(flow, active, { monday, isOver, analytics }) {
  if (!flow) return WEEK.noFlow(span(active), isOver);
  const before = weeksBefore(monday, analytics.daily);
  const begin = WEEK.inFlow(span(flow), isOver);
  const at = before.findIndex(([, of]) => of >= flow);
  if (at >= RECORD_WEEKS_MIN) return begin + WEEK.since(before[at][0]);
  if (at < 0 && before.length >= RECORD_WEEKS_MIN) return begin + WEEK.mostIn(before.length + 1);
  const usual = before.slice(0, USUAL_WEEKS).map(([, of]) => of);
  const usualRange = usual.length < USUAL_WEEKS_MIN ? null : quartiles(usual);
  const difference = usualRange ? span(Math.abs(flow - usualRange[1])) : '';
  return begin + ({
    above: WEEK.more(difference), below: WEEK.less(difference), within: WEEK.likeUsual,
  }[against(flow, usualRange, isOver)] ?? '.');
}

function evidence(flow, { minutes, monday, isOver, analytics }) {
  const morning = sum(minutes.filter(({ minute }) => minuteOfDay(Date.parse(minute)) < 720), 'flow_seconds') * 1000;
  const parts = [flow && morning > MORNING_SHARE * flow ? WEEK.morning : '',
    flow && morning < (1 - MORNING_SHARE) * flow ? WEEK.afternoon : '',
    isOver ? weekOverWeek(analytics.week_over_week) : soFar(monday, analytics.daily),
    isBrowsersZone() ? '' : DAY.zone(zoneName())];
  return parts.filter(Boolean).join(' ');
}

function weekOverWeek({ flow_share: now, flow_share_before: before, change }) {
  if (!change) return '';
  const points = (share) => `${share > 0 ? '+' : share < 0 ? '−' : ''}${Math.abs(Math.round(100 * share))}`;
  return WEEK.share(percent(now), percent(before), points(change.value), points(change.low), points(change.high),
    change.samples);
}

/** Compares whole days only: today is not over. */
function soFar(monday, daily) {
  const yesterday = plusDays(today(), -1);
  if (yesterday < monday) return '';
  const total = (from, to) => sum(daily.filter(({ day }) => day >= from && day <= to), 'flow_ms');
  return WEEK.through(weekday(yesterday), span(total(monday, yesterday)),
    span(total(plusDays(monday, -DAYS), plusDays(yesterday, -DAYS))));
}

const percent = (share) => `${Math.round(100 * share)} %`;

function chart({ columns, patterns, dates, now, isOver }) {
  const blocks = columns.flatMap((column) => [...column.blocks, ...column.flows]);
  const least = Math.floor(Math.min(9 * 60, ...blocks.map(({ from }) => from)) / 60);
  const from = Math.max(0, Math.min(least, 24 - SHOWN_HOURS_MIN));
  const latest = Math.ceil(Math.max(0, ...blocks.map(({ to: end }) => end)) / 60);
  const to = Math.min(24, Math.max(from + SHOWN_HOURS_MIN, latest));
  const hourPx = Math.min(HOUR_PX_MAX, CHART_PX / (to - from));
  const y = (minute) => TOP_PX + hourPx * (minute / 60 - from);
  const height = y(60 * to) + TOP_PX;
  const step = hourPx < 20 || to - from > 12 ? 3 : 2;
  const hours = [];
  for (let hour = Math.ceil(from / step) * step; hour <= to; hour += step) hours.push(hour);
  const svg = (...content) => shape('svg', { 'aria-hidden': 'true', height, width: '100%' }, ...content);
  const axis = svg(...hours.map((hour) => shape('text', { x: '100%', y: y(60 * hour) + 4, 'text-anchor': 'end' },
    hourOf(startOf(dates[0]) + 3_600_000 * hour).replace(':00', ''))));
  const best = bestHours(patterns).map(([begin, end]) => [Math.max(begin, from), Math.min(end, to)])
    .filter(([begin, end]) => end > begin);
  const space = element('span', { class: 'name' }, '\u00a0', element('span', {}, '\u00a0'));
  return [element('li', { class: 'axis', 'aria-hidden': 'true' }, space, axis),
    ...columns.map((column, i) => element('li', {}, columnLink(column, dates[i], svg(
      ...best.map(([begin, end]) => shape('rect', {
        class: 'best', x: 0, width: '100%', y: y(60 * begin), height: y(60 * end) - y(60 * begin),
      })),
      ...hours.map((hour) => shape('line', { class: 'grid', x1: 0, x2: '100%', y1: y(60 * hour), y2: y(60 * hour) })),
      ...column.blocks.map((block) => box('block-active', block, y)),
      ...column.flows.map((block) => box('block-flow', block, y)),
      ...column.flows.filter(({ isCut }) => isCut).map(({ to: at }) => shape('svg', { x: '84%', y: y(at) + 2,
        overflow: 'visible' }, shape('path', { class: 'end', d: 'M0 0l5 8h-10z' }))),
      ...(!isOver && dates[i] === dateOf(now) ? [shape('line', {
        class: 'now-line', x1: 0, x2: '100%', y1: y(minuteOfDay(now)), y2: y(minuteOfDay(now)),
      })] : []),
    ))))];
}

const box = (style, { from, to }, y) => shape('rect', {
  class: style, x: '5%', width: '90%', y: y(from), height: Math.max(2, y(to) - y(from)), rx: 3,
});

function columnLink({ flow, active, flows }, date, drawing) {
  const name = formatDate(date, { weekday: 'long', day: 'numeric', month: 'long' });
  const path = date === today() ? '/' : `/day/${date}`;
  const ends = flows.filter(({ isCut }) => isCut).length;
  const label = active ? WEEK.column(name, span(flow), span(active)) + (ends ? WEEK.columnEnds(ends) : '')
    : WEEK.noColumn(name);
  return element('a', {
    'data-path': path, href: siteUrl(path), 'aria-label': label, ...(date === today() ? { class: 'today' } : {}),
  }, element('span', { class: 'name' }, formatDate(date, { weekday: 'short' }), ' ',
    element('span', {}, formatDate(date, { day: 'numeric' }))), drawing,
  element('span', { class: 'total' }, flow ? short(flow) : active ? WEEK.noMinutes : '–'));
}

/** Returns hours and minutes without the last unit, for narrow columns. */
const short = (ms) => span(ms).replace(/(h \d+) min$/, '$1');

function ends(periods) {
  const counts = new Map();
  for (const period of periods.filter(isEnded)) counts.set(period.ended_by, (counts.get(period.ended_by) ?? 0) + 1);
  const rows = [...counts].sort(([, one], [, other]) => other - one);
  const most = rows[0]?.[1] ?? 1;
  return rows.map(([by, of]) => element('li', {},
    element('span', { class: 'name' }, CAUSES[by] ?? CAUSES.unknown),
    shape('svg', { 'aria-hidden': 'true' },
      shape('rect', { class: 'track', width: '100%', height: 12, rx: 2 }),
      shape('rect', { class: 'bar-end', width: `${(100 * of / most).toFixed(1)}%`, height: 12, rx: 2 })),
    element('span', { class: 'amount' }, String(of))));
}

function back(patterns) {
  const lag = patterns?.interruption_tolerance.resumption_lag_ms;
  if (!lag || lag.value === null || lag.low === null || lag.high === null) return '';
  return WEEK.back(span(lag.value), span(lag.low), span(lag.high), lag.samples);
}

function outside({ analytics, minutes, monday }, active) {
  const days = analytics.daily.filter(({ day }) => day < monday).length;
  if (days < USUAL_DAYS_MIN) return [WEEK.noUsualHours(days, USUAL_DAYS_MIN)];
  const usual = usualHours(analytics.distribution.week_hours);
  const at = (minute) => {
    const day = dateOf(Date.parse(minute));
    return usual.contains((new Date(Date.parse(day)).getUTCDay() + 6) % 7, minuteOfDay(Date.parse(minute)) / 60);
  };
  const of = sum(minutes.filter(({ minute }) => !at(minute)), 'active_seconds') * 1000;
  return [WEEK.amountOutside(span(of), span(active)),
    WEEK.usualShare(percent(of / Math.max(1, active)), percent(usual.outside)),
    WEEK.usualHours(usual.text((hour) => hourOf(startOf(monday) + 3_600_000 * hour)))];
}
