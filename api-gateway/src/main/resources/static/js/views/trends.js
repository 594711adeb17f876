// The view of months: the share of flow by week with its trend, when flow happens, each day, months, and splits.

import './styles.js';
import { account } from '../account.js';
import { get } from '../api.js';
import { breakdownRows, splitRow } from '../breakdown.js';
import { Feed } from '../feed.js';
import { columnHead, element, hourOf, shape, span } from '../format.js';
import { siteUrl } from '../root.js';
import { go } from '../router.js';
import { mondayOf } from '../weeks.js';
import { formatDate, plusDays, startOf, today } from '../zone.js';
import { bestHours } from './best-hours.js';
import { TRENDS, dayAndMonth } from './texts.js';
import { stepOf, sumsBy, ticks, weekdaysBetween } from './trends-figures.js';

const INTERVAL_MS = 600_000;
const RETRY_MS = 15_000;
const DAYS = 7;
const RANGES = { month: 30, quarter: 91, year: 364 };
const PARTS = ['project', 'language', 'editor'];
const CHART_PX = 220;
const TOP_PX = 14;
const LEFT_PX = 40;
const RIGHT_PX = 84;
const BOTTOM_PX = 24;
const HOURS_SHOWN_MIN = 12;
const MINUTE_MS = 60_000;

const byId = (id) => document.getElementById(id);

export class Trends {
  #range = 'quarter';
  #by = 'project';
  #parts = page();
  #listener = (event) => moveFocus(event, this.#parts.calendar);

  constructor() {
    this.#read();
    this.feed = new Feed({
      cards: {
        'trend-weeks': 'The weeks', 'trend-hours': 'The hours', 'trend-days': 'The days', 'trend-split': 'The split',
        'trend-months': 'The months',
      },
      load: () => this.#load(),
      show: (loaded) => this.#show(loaded),
      empty: ({ analytics }) => (analytics.daily.length ? {} : {
        'trend-weeks': TRENDS.noTyping, 'trend-hours': TRENDS.noTyping, 'trend-days': TRENDS.noTyping,
        'trend-split': TRENDS.noTyping, 'trend-months': TRENDS.noTyping,
      }),
      isOver: ({ range, by }) => range !== this.#range || by !== this.#by,
      intervalMs: INTERVAL_MS,
      retryMs: RETRY_MS,
    });
    this.#parts.calendar.addEventListener('keydown', this.#listener);
  }

  get feeds() {
    return [this.feed];
  }

  /** Shows the range and split of the address. */
  enter() {
    if (this.#read()) this.feed.restart();
  }

  stop() {
    this.feed.stop();
    byId('trends-view').replaceChildren();
  }

  /** Reads the address, and returns whether it is of something else than is shown. */
  #read() {
    const query = new URLSearchParams(location.search);
    const range = query.get('range') in RANGES ? query.get('range') : 'quarter';
    const by = PARTS.includes(query.get('by')) ? query.get('by') : 'project';
    const isOther = range !== this.#range || by !== this.#by;
    this.#range = range;
    this.#by = by;
    choose(this.#parts.ranges, Object.keys(RANGES), TRENDS.ranges, range, (one) => address(one, by));
    choose(this.#parts.splits, PARTS, TRENDS.splits, by, (one) => address(range, one));
    return isOther;
  }

  async #load() {
    await account();
    const [range, by] = [this.#range, this.#by];
    const last = today();
    const from = range === 'month' ? plusDays(last, 1 - RANGES.month) : mondayOf(plusDays(last, -RANGES[range]));
    const [analytics, breakdown, patterns] = await Promise.all([
      get('/api/flow/analytics', { from, to: last }),
      get('/api/flow/breakdown', {
        by, from: new Date(startOf(from)).toISOString(), to: new Date(startOf(plusDays(last, 1))).toISOString(),
      }),
      get('/api/flow/patterns').catch(() => null),
    ]);
    return { range, by, from, last, analytics, breakdown, patterns };
  }

  #show({ range, from, last, analytics, breakdown, patterns }) {
    const of = this.#parts;
    weeks(of, analytics, last);
    // From the first day with typing on: nobody was in flow before.
    const first = analytics.daily[0]?.day ?? from;
    hours(of, analytics.distribution.week_hours, weekdaysBetween(first, last), patterns);
    of.calendar.classList.toggle('wide', range === 'year');
    of.calendar.replaceChildren(...calendar(analytics.daily, from, last));
    of.scroll.scrollLeft = of.scroll.scrollWidth;
    of.split.replaceChildren(...breakdownRows(breakdown.parts, breakdown.others, TRENDS.without));
    const months = sumsBy(analytics.daily, (day) => day.slice(0, 7)).reverse();
    const most = Math.max(...months.map(({ active }) => active));
    of.months.replaceChildren(...months.map(({ key, active, flow }) => splitRow(
      formatDate(`${key}-01`, { month: 'long', year: 'numeric' }), active / 1000, flow / 1000, most / 1000)));
  }
}

const address = (range, by) => `/trends?range=${range}&by=${by}`;

/** Builds the view, and returns its parts that change. */
function page() {
  const of = {
    ranges: element('nav', { class: 'pills', 'aria-label': TRENDS.range }),
    slope: element('p', { 'data-body': '', 'data-testid': 'trend-slope' }),
    weeks: shape('svg', { role: 'img', class: 'weeks', height: CHART_PX }),
    weekTable: element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': TRENDS.table }),
    heat: element('table', { class: 'heat' }),
    heatMost: element('p', { 'data-body': '' }),
    best: element('p', { class: 'hint', 'data-body': '' }),
    calendar: element('div', { class: 'calendar', role: 'group', 'aria-label': TRENDS.days }),
    splits: element('nav', { class: 'pills', 'aria-label': TRENDS.split, 'data-body': '' }),
    split: element('ol', { class: 'projects', 'data-body': '', 'data-testid': 'split' }),
    months: element('ol', { class: 'projects', 'data-body': '' }),
  };
  of.scroll = element('div', { class: 'calendar-scroll', 'data-body': '' }, of.calendar);
  const card = (id, title, aside, ...content) => element('section', {
    class: 'card', id, 'aria-labelledby': `${id}-title`,
  }, element('div', { class: 'head' }, element('h2', { id: `${id}-title` }, title), aside), ...content);
  byId('trends-view').replaceChildren(
    element('h1', { class: 'for-readers', id: 'trends-view-title', tabindex: '-1' }, TRENDS.title),
    of.ranges,
    element('div', { class: 'pair uneven' },
      card('trend-weeks', TRENDS.weeks, of.slope, element('div', { 'data-body': '' }, of.weeks,
        element('details', {}, element('summary', {}, TRENDS.asTable), of.weekTable))),
      card('trend-hours', TRENDS.hours, of.heatMost, element('div', { 'data-body': '', class: 'heat-frame' }, of.heat),
        of.best)),
    card('trend-days', TRENDS.days, element('p', { class: 'legend', 'data-body': '', 'aria-hidden': 'true' },
      TRENDS.less, ...[1, 2, 3, 4, 5].map((step) => element('i', { class: `heat-${step}` })), TRENDS.moreOpens),
    of.scroll),
    element('div', { class: 'pair' },
      card('trend-split', TRENDS.split, of.splits, of.split),
      card('trend-months', TRENDS.months, element('p', { 'data-body': '' }, TRENDS.flowAndShare), of.months)));
  return of;
}

function choose(nav, keys, names, chosen, pathOf) {
  const isFocused = nav.contains(document.activeElement);
  nav.replaceChildren(...keys.map((key) => element('a', {
    class: 'button', 'data-path': pathOf(key), href: siteUrl(pathOf(key)),
    ...(key === chosen ? { 'aria-current': 'true' } : {}),
  }, names[key])));
  if (isFocused) nav.querySelector('[aria-current]').focus();
}

const percent = (share) => `${Math.round(100 * share)} %`;

const signed = (points) => `${points > 0 ? '+' : points < 0 ? '−' : ''}${Math.abs(points).toFixed(1)}`;

/** Draws the share of flow of whole weeks, their trend with its band, and the current week as not final. */
function weeks(of, { daily, trend }, last) {
  const all = sumsBy(daily, mondayOf).map((week) => ({ ...week, share: week.flow / Math.max(1, week.active) }));
  const slope = trend.flow_share_per_week;
  of.slope.textContent = slope && slope.low !== null && slope.high !== null
    ? TRENDS.slope(signed(100 * slope.value), signed(100 * slope.low), signed(100 * slope.high))
    : trend.missing[0]?.text ?? '';
  of.weekTable.replaceChildren(weekTable(all, last));
  const width = of.weeks.parentElement.getBoundingClientRect().width;
  if (width < 80 || !all.length) return;
  const isWhole = ({ key }) => plusDays(key, DAYS - 1) < last;
  const whole = all.filter(isWhole);
  const lines = slope && slope.low !== null && whole.length ? linesOf(whole, slope) : null;
  const levels = ticks(all.map(({ share }) => share));
  const floor = CHART_PX - BOTTOM_PX;
  const at = (monday) => Date.parse(monday);
  const [from, to] = [at(all[0].key), Math.max(at(all[0].key) + 1, at(all.at(-1).key))];
  const x = (monday) => LEFT_PX + 8 + (width - LEFT_PX - RIGHT_PX - 8) * (at(monday) - from) / (to - from);
  const y = (share) => floor - (floor - TOP_PX) * Math.min(1, Math.max(0,
    (share - levels[0]) / (levels.at(-1) - levels[0])));
  const parts = levels.flatMap((level) => [
    shape('line', { class: 'grid', x1: LEFT_PX, x2: width - RIGHT_PX + 8, y1: y(level), y2: y(level) }),
    shape('text', { x: LEFT_PX - 6, y: y(level) + 4, 'text-anchor': 'end' }, percent(level))]);
  const labels = Math.max(2, Math.min(5, Math.floor((width - LEFT_PX - RIGHT_PX) / 90), all.length));
  const shown = new Set(Array.from({ length: labels }, (_, i) =>
    Math.round(i * (all.length - 1) / Math.max(1, labels - 1))));
  for (const i of shown) {
    parts.push(shape('text', { x: x(all[i].key), y: CHART_PX - 6, 'text-anchor': i ? 'middle' : 'start' },
      formatDate(all[i].key, { day: 'numeric', month: 'short' })));
  }
  if (lines) {
    const [first, end] = [whole[0].key, whole.at(-1).key];
    const point = (key, line) => `${x(key)} ${y(line(key))}`;
    parts.push(
      shape('path', {
        class: 'trend-band',
        d: `M${[point(first, lines.low), point(end, lines.low), point(end, lines.high), point(first, lines.high)]
          .join('L')}z`,
      }),
      shape('path', { class: 'trend-line', d: `M${point(first, lines.middle)}L${point(end, lines.middle)}` }));
  }
  for (const week of all) {
    parts.push(shape('circle', {
      class: isWhole(week) ? 'week-dot' : 'week-dot so-far', cx: x(week.key), cy: y(week.share), r: 4,
    }, shape('title', {}, TRENDS.week(dayAndMonth(week.key), percent(week.share), span(week.flow)))));
  }
  const latest = all.at(-1);
  parts.push(
    shape('text', { class: 'latest', x: x(latest.key) + 10, y: y(latest.share) - 2 }, percent(latest.share)),
    shape('text', { x: x(latest.key) + 10, y: y(latest.share) + 12 }, isWhole(latest) ? TRENDS.latest : TRENDS.soFar));
  of.weeks.setAttribute('viewBox', `0 0 ${width} ${CHART_PX}`);
  of.weeks.replaceChildren(...parts);
  of.weeks.setAttribute('aria-label', TRENDS.weeksSummary(all.length, percent(Math.min(...all.map((one) => one.share))),
    percent(Math.max(...all.map((one) => one.share)))));
}

/** Returns lines with the slope and the ends of its interval, through the median of the weeks. */
function linesOf(whole, slope) {
  const week = (key) => Date.parse(key) / (DAYS * 86_400_000);
  const middle = (values) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
  const pivot = middle(whole.map(({ key }) => week(key)));
  const level = middle(whole.map(({ key, share }) => share - slope.value * (week(key) - pivot)));
  const line = (of) => (key) => level + of * (week(key) - pivot);
  return { low: line(slope.low), middle: line(slope.value), high: line(slope.high) };
}

function weekTable(all, last) {
  return element('table', {},
    element('thead', {}, element('tr', {}, ...TRENDS.weekColumns.map((name) => columnHead(name)))),
    element('tbody', {}, ...[...all].reverse().map(({ key, active, flow, share }) => element('tr', {},
      element('th', { scope: 'row' }, dayAndMonth(key), plusDays(key, DAYS - 1) < last ? '' : ` (${TRENDS.soFar})`),
      element('td', {}, span(flow)), element('td', {}, span(active)), element('td', {}, percent(share))))));
}

/** Shows the mean time in flow of each hour of the week, as a table whose cells have a colour. */
function hours(of, weekHours, weekdays, patterns) {
  const active = weekHours.map(({ hour }) => hour);
  const least = Math.min(...active, 24 - HOURS_SHOWN_MIN);
  const end = Math.max(least + HOURS_SHOWN_MIN - 1, ...active);
  const columns = Array.from({ length: end - least + 1 }, (_, i) => least + i);
  const mean = new Map(weekHours.map(({ weekday, hour, flow_ms: flow }) =>
    [weekday * 24 + hour, flow / Math.max(1, weekdays[weekday - 1])]));
  const most = Math.max(MINUTE_MS, ...mean.values());
  const monday = mondayOf(today());
  const hourName = (hour) => hourOf(startOf(monday) + 3_600_000 * hour).replace(':00', '');
  of.heat.replaceChildren(
    element('caption', { class: 'for-readers' }, TRENDS.heatCaption),
    element('thead', {}, element('tr', {}, columnHead('', TRENDS.weekday),
      ...columns.map((hour) => element('th', { scope: 'col' },
        element('span', { class: (hour - least) % 3 ? 'for-readers' : '' }, hourName(hour)))))),
    element('tbody', {}, ...Array.from({ length: DAYS }, (_, day) => element('tr', {},
      element('th', { scope: 'row' }, formatDate(plusDays(monday, day), { weekday: 'short' })),
      ...columns.map((hour) => {
        const value = mean.get((day + 1) * 24 + hour) ?? 0;
        const text = TRENDS.ofHour(span(Math.round(value / MINUTE_MS) * MINUTE_MS || 0));
        return element('td', { class: `heat-${stepOf(value, most)}`, title: text },
          element('span', { class: 'for-readers' }, text));
      })))));
  of.heatMost.textContent = TRENDS.heatMost(span(most));
  const best = bestHours(patterns).map(([from, to]) => `${hourOf(startOf(monday) + 3_600_000 * from)} – `
    + hourOf(startOf(monday) + 3_600_000 * to));
  of.best.textContent = best.length ? TRENDS.best(best) : patterns ? TRENDS.noBest : '';
}

/** Returns a column for each week, with a link for each of its days; names of months above. */
function calendar(daily, from, last) {
  const byDay = new Map(daily.map((one) => [one.day, one]));
  const most = Math.max(1, ...daily.map(({ flow_ms: flow }) => flow));
  const columns = [element('div', { class: 'names', 'aria-hidden': 'true' },
    element('span', { class: 'month' }, '\u00a0'),
    ...Array.from({ length: DAYS }, (_, i) => element('span', {}, i % 2 ? '' : formatDate(
      plusDays(mondayOf(from), i), { weekday: 'short' }))))];
  let month = '';
  for (let monday = mondayOf(from); monday <= last; monday = plusDays(monday, DAYS)) {
    // A name is wider than a column.
    const isNew = monday.slice(0, 7) !== month && monday.slice(0, 7) === plusDays(monday, DAYS).slice(0, 7);
    if (isNew) month = monday.slice(0, 7);
    columns.push(element('div', {}, element('span', { class: 'month', 'aria-hidden': 'true' },
      isNew ? formatDate(monday, { month: 'short' }) : '\u00a0'), ...Array.from({ length: DAYS }, (_, i) => {
      const date = plusDays(monday, i);
      if (date < from || date > last) return element('span', { class: 'outside' });
      const flow = byDay.get(date)?.flow_ms ?? 0;
      const name = formatDate(date, { weekday: 'long', day: 'numeric', month: 'long' });
      const text = byDay.has(date) ? TRENDS.day(name, span(flow)) : TRENDS.noDay(name);
      const path = date === today() ? '/' : `/day/${date}`;
      return element('a', {
        class: `heat-${stepOf(flow, most)}`, 'data-path': path, href: siteUrl(path), 'aria-label': text, title: text,
        tabindex: date === last ? '0' : '-1',
      });
    })));
  }
  return columns;
}

/** Moves by arrow keys from day to day: the calendar is one stop of the tab key. */
function moveFocus(event, calendarOf) {
  const step = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -DAYS, ArrowRight: DAYS }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
  const days = [...calendarOf.querySelectorAll('a')];
  const next = days[days.indexOf(document.activeElement) + step];
  event.preventDefault();
  event.stopPropagation();
  if (!next) return;
  for (const day of days) day.tabIndex = day === next ? 0 : -1;
  next.focus();
}
