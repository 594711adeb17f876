// The view of a day: a sentence, four figures against one's usual weekday, the chart, and lists. Every request covers
// the whole day in the account's time zone, with what reaches into it from the day before.

import { account } from './account.js';
import { get } from './api.js';
import { showSpan } from './bar.js';
import { breakdownRows } from './breakdown.js';
import { DayChart } from './day-chart.js';
import { USUAL_DAYS_MIN, USUAL_WEEKS, against, figures, usual, within } from './day-figures.js';
import { Feed } from './feed.js';
import { clock, count, element, hundred, shape, span } from './format.js';
import { CAUSES, DAY, weekday } from './texts.js';
import {
  dateOf, formatDate, isBrowsersZone, plusDays, startOf, today, zoneName,
} from './zone.js';

const INTERVAL_MS = 15_000;
/** A day of the past changes with late uploads and corrections only. */
const PAST_INTERVAL_MS = 600_000;
const PAGE = 50;
const PAGES_MAX = 4;
const PERIODS_DAYS_MAX = 28;
const NAMES_MAX = 500;
const HIGHER_IS_BETTER = { flow: true, active: null, longest: true, interruptions: false };

const byId = (id) => document.getElementById(id);

export class DayView {
  /** The date of the address; null for today, whichever that is. */
  #requested = null;
  #date = null;
  #usual = { date: null, range: null };
  #names = new Map();
  #chart = new DayChart(byId('day-plot'));

  /** @param date to show, or null for today */
  constructor(date) {
    this.#requested = date;
    this.#title();
    this.feed = new Feed({
      cards: {
        today: 'The day', 'periods-card': 'Flow periods', 'projects-card': 'Projects', 'sessions-card': 'Sessions',
      },
      load: () => this.#load(),
      show: (day, isCurrent) => this.#show(day, isCurrent),
      empty: (day) => this.#empty(day),
      isOver: (day) => day.date !== this.#date,
      intervalMs: (day) => (day.isToday ? INTERVAL_MS : PAST_INTERVAL_MS),
      retryMs: INTERVAL_MS,
    });
  }

  /** Returns the name of a session, as far as a shown day had it. */
  nameOf(session) {
    return this.#names.get(session) ?? 'a session';
  }

  get feeds() {
    return [this.feed];
  }

  /** Shows a date, or today if it is null. */
  enter(date) {
    this.#requested = date;
    this.#title();
    if (this.#date !== null && this.#date !== (date ?? today())) {
      this.#date = null;
      this.#chart.clear();
      this.feed.restart();
    }
  }

  stop() {
    this.feed.stop();
    this.#chart.clear();
    for (const id of ['tiles', 'reasons', 'sessions', 'periods', 'projects']) byId(id).replaceChildren();
    byId('day-sentence').textContent = '';
    byId('day-evidence').textContent = '';
  }

  async #load() {
    await account();
    const date = this.#requested ?? today();
    this.#date = date;
    this.#title();
    const start = startOf(date);
    const end = startOf(plusDays(date, 1));
    const of = { from: new Date(start).toISOString(), to: new Date(end).toISOString() };
    const [sessions, periods, minutes, breakdown, range] = await Promise.all([
      sessionsOf(of), get('/api/flow/periods', of), get('/api/flow/minutes', of),
      get('/api/flow/breakdown', { ...of, by: 'project' }), this.#usualOf(date)]);
    const now = Date.now();
    return {
      date, start, end, now, range,
      isToday: date === dateOf(now),
      isOver: end <= now,
      sessions,
      periods: within(periods.periods, start, end, now),
      minutes: minutes.minutes,
      projects: breakdown.parts,
      otherProjects: breakdown.others,
    };
  }

  /** Returns the usual range of the weekday, or null if it cannot be loaded: a day needs no range. */
  async #usualOf(date) {
    if (this.#usual.date === date) return this.#usual.range;
    const first = plusDays(date, -7 * USUAL_WEEKS);
    if (date > today()) return null;
    const spans = [];
    for (let from = first; from < date; from = plusDays(from, PERIODS_DAYS_MAX)) {
      spans.push([from, plusDays(from, PERIODS_DAYS_MAX)]);
    }
    try {
      const [{ daily }, ...periods] = await Promise.all([
        get('/api/flow/analytics', { from: first, to: plusDays(date, -1) }),
        ...spans.map(([from, to]) => get('/api/flow/periods', {
          from: new Date(startOf(from)).toISOString(), to: new Date(startOf(to)).toISOString(),
        }))]);
      const range = usual(date, daily, periods.flatMap((part) => part.periods));
      this.#usual = { date, range };
      return range;
    } catch {
      return null;
    }
  }

  #title() {
    const date = this.#requested ?? today();
    const path = (of) => (of === today() ? '/' : `/day/${of}`);
    byId('live').hidden = date !== today();
    if (byId('dashboard').hidden) return;
    showSpan({
      text: formatDate(date, { weekday: 'long', day: 'numeric', month: 'long' }),
      short: formatDate(date, { weekday: 'short', day: 'numeric', month: 'short' }),
      before: [DAY.before, path(plusDays(date, -1))],
      after: date >= today() ? null : [DAY.after, path(plusDays(date, 1))],
      now: [DAY.now, '/'],
    });
  }

  #empty({ minutes, sessions, periods, projects, isToday }) {
    return {
      today: minutes.length || sessions.length || periods.length ? '' : DAY.noTyping(isToday),
      'periods-card': periods.length ? '' : DAY.noStretches(isToday),
      'projects-card': projects.length ? '' : DAY.noSessions(isToday),
      'sessions-card': sessions.length ? '' : DAY.noSessions(isToday),
    };
  }

  #show(day, isCurrent) {
    this.#nameAll(day.sessions);
    const of = figures(day);
    byId('day-sentence').textContent = sentence(of, day);
    byId('day-evidence').textContent = evidence(of, day);
    byId('tiles').replaceChildren(...['flow', 'active', 'longest', 'interruptions']
      .map((key) => tile(key, of[key], day)));
    byId('reasons').textContent = reasons(day.minutes);
    const colors = new Map(day.projects.flatMap(({ name }, i) => (name === null ? [] : [[name, i]])));
    this.#chart.draw({ ...day, colors });
    const sessions = new Map(day.sessions.map((one) => [one.session_id, one]));
    byId('periods').replaceChildren(...[...day.periods].reverse()
      .map((period) => periodRow(period, sessions.get(period.session_id), isCurrent)));
    byId('projects').replaceChildren(...breakdownRows(day.projects, day.otherProjects, DAY.noProject));
    byId('sessions').replaceChildren(...day.sessions.map((session) => sessionRow(session, isCurrent && day.isToday)));
  }

  /** Names sessions by editor and project, and by start where these are the same. */
  #nameAll(sessions) {
    const counts = new Map();
    const short = (one) => [one.editor, one.project].filter(Boolean).join(' · ') || one.language || 'session';
    for (const one of sessions) counts.set(short(one), (counts.get(short(one)) ?? 0) + 1);
    for (const one of sessions) {
      const isOnly = counts.get(short(one)) === 1;
      this.#names.set(one.session_id, isOnly ? short(one) : `${short(one)} since ${clock(one.started_at)}`);
      if (this.#names.size > NAMES_MAX) this.#names.delete(this.#names.keys().next().value);
    }
  }
}

async function sessionsOf(span) {
  const all = [];
  let cursor;
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = await get('/api/sessions/history', { ...span, limit: PAGE, ...(cursor ? { cursor } : {}) });
    all.push(...answer.sessions);
    cursor = answer.next_cursor;
    if (!cursor) break;
  }
  return all;
}

function sentence({ flow, active }, { date, isToday, isOver, range }) {
  if (!flow) return DAY.noFlow(span(active), isToday);
  const day = weekday(date);
  const begin = DAY.inFlow(span(flow), !isOver);
  const difference = range?.flow ? span(Math.abs(flow - range.flow[1])) : '';
  const end = {
    above: DAY.more(difference, day), below: DAY.less(difference, day), within: DAY.likeUsual(day),
  }[against(flow, range?.flow, isOver)];
  return begin + (end ?? '.');
}

function evidence({ longest, longestPeriod, keystrokes }, { sessions }) {
  const parts = [DAY.evidence({
    longest: longest ? span(longest) : '',
    when: longestPeriod ? `${clock(longestPeriod.started)} – ${clock(longestPeriod.ended)}` : '',
    keystrokes: DAY.keystrokes(keystrokes, count(keystrokes)),
    sessions: DAY.sessions(sessions.length, count(sessions.length)),
  })];
  if (!isBrowsersZone()) parts.push(DAY.zone(zoneName()));
  return parts.join(' ');
}

function tile(key, value, { date, isOver, range }) {
  const format = key === 'interruptions' ? count : span;
  const quarters = range?.[key];
  return element('div', { class: 'card figure', 'data-figure': key },
    element('dt', {}, DAY[key]),
    element('dd', { class: 'value' }, ...sized(format(value))),
    element('dd', { class: 'against' }, ...comparison(key, value, format, weekday(date), isOver, range)),
    quarters ? element('dd', { class: 'band' }, band(value, quarters)) : '');
}

/** Returns a duration with its last unit in small letters. */
function sized(text) {
  const [, amount, unit] = /^(.*?)( \D+)?$/.exec(text);
  return [amount, unit ? element('small', {}, unit) : ''];
}

function comparison(key, value, format, day, isOver, range) {
  if (!range) return [];
  const quarters = range[key];
  if (!quarters) return [DAY.noUsual(day, range.days, USUAL_DAYS_MIN)];
  const [low, middle, high] = quarters.map((of) => (key === 'interruptions' ? Math.round(of) : of));
  const state = against(value, quarters, isOver);
  if (state === 'within') return [DAY.asUsual(format(low), format(high))];
  if (state === 'open') return [DAY.usually(day, format(low), format(high))];
  const isUp = state === 'above';
  const isGood = HIGHER_IS_BETTER[key] === isUp;
  const amount = `${isUp ? '▲' : '▼'} ${format(Math.abs(value - middle))}`;
  return [element('strong', isGood ? { class: 'good' } : {}, amount), DAY.onUsual(day)];
}

function band(value, [low, , high]) {
  const most = Math.max(value, high, 1) * 1.15;
  const at = (of) => `${(100 * of / most).toFixed(1)}%`;
  return shape('svg', { 'aria-hidden': 'true' },
    shape('rect', { class: 'track', x: 0, y: 4, width: '100%', height: 5, rx: 2.5 }),
    shape('rect', {
      class: 'usual', x: at(low), y: 4, width: at(Math.max(most / 100, high - low)), height: 5, rx: 2.5,
    }),
    shape('rect', { class: 'mark', x: at(value), y: 0, width: 3, height: 13, rx: 1 }));
}

/** Returns how many minutes ended out of flow, by reason. */
function reasons(minutes) {
  const counts = new Map();
  for (const { reason } of minutes) if (reason) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const parts = [...counts].sort(([, one], [, other]) => other - one)
    .map(([reason, of]) => DAY.reason(count(of), reason));
  return parts.length ? DAY.reasons(parts) : '';
}

function periodRow(period, session, isCurrent) {
  const isNow = period.isOpen && isCurrent;
  const to = period.isOpen ? (isNow ? 'now' : '…') : clock(period.ended);
  const what = [session?.project, session?.language].filter(Boolean).join(' · ');
  return element('li', {},
    element('span', { class: 'title' }, `${clock(period.started)} – ${to}`,
      what ? element('span', { class: 'what' }, ` · ${what}`) : ''),
    element('span', { class: 'amount' }, span(period.ended - period.started), ' ', period.isOpen
      ? element('span', { class: 'tag in-flow' }, DAY.open)
      : element('span', { class: 'tag cause' }, CAUSES[period.ended_by] ?? CAUSES.unknown)));
}

function sessionRow(session, isCurrent) {
  const what = [session.project, session.language, session.editor].filter(Boolean).join(' · ');
  const mean = Number.isFinite(session.mean_intensity) ? `, intensity ${hundred(session.mean_intensity)}` : '';
  const isNow = isCurrent && session.status === 'active';
  const times = session.ended_at ? `${clock(session.started_at)} – ${clock(session.ended_at)}`
    : isNow ? `${clock(session.started_at)} – now` : `since ${clock(session.started_at)}`;
  return element('li', { 'data-session': session.session_id },
    element('span', { class: 'title' }, element('span', {}, times),
      session.status === 'ended' ? '' : element('span', { class: 'tag open' }, session.status)),
    element('span', { class: 'amount' }, span(session.active_ms)),
    element('span', { class: 'more' },
      `${what ? `${what}. ` : ''}${count(session.keystrokes)} keystrokes, ${span(session.flow_ms)} in flow${mean}`));
}
