// Today's minutes, flow periods and sessions.

import { get } from './api.js';
import { clamp, clock, count, element, hatch, hundred, shape, span, startOfToday } from './format.js';

const PAGE = 50;
const PAGES_MAX = 4;
const HOUR_MS = 3_600_000;
const SHOWN_MS_MIN = 4 * HOUR_MS;
const BAR_PX = 4;
const BOTTOM = 34;
const TOP = 18;

const ENDINGS = {
  idle: 'ended by a pause',
  context_switch: 'ended by switches',
  left_window: 'ended by leaving the window',
  errors: 'ended amid corrections',
  rhythm_lost: 'rhythm let go',
  session_ended: 'ended with the session',
};

/** Why minutes were not in flow. */
const REASONS = {
  warming_up: 'warming up',
  below_own_range: 'below your own usual range',
  struggling: 'amid many corrections or failed builds',
  fragmented: 'amid many switches',
  away: 'away from the window',
  paused: 'up to a pause',
};

const byId = (id) => document.getElementById(id);

/** Names of today's sessions, by id. */
const names = new Map();

export const nameOf = (session) => names.get(session) ?? 'a session';

export async function load() {
  const from = startOfToday();
  const to = new Date(from);
  to.setDate(to.getDate() + 1);
  const today = { from: from.toISOString(), to: to.toISOString() };
  const [sessions, periods, minutes] = await Promise.all([
    sessionsOf(today), get('/api/flow/periods', today), get('/api/flow/minutes', today)]);
  return { from, loadedAt: Date.now(), sessions, periods: periods.periods, minutes: minutes.minutes };
}

async function sessionsOf(today) {
  const all = [];
  let cursor;
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = await get('/api/sessions/history', { ...today, limit: PAGE, ...(cursor ? { cursor } : {}) });
    all.push(...answer.sessions);
    cursor = answer.next_cursor;
    if (!cursor) break;
  }
  return all;
}

/** @param isCurrent whether the data were loaded just now; false while the server cannot be reached */
export function show(day, isCurrent) {
  nameAll(day.sessions);
  tiles(day);
  byId('reasons').textContent = reasons(day.minutes);
  byId('sessions').replaceChildren(...day.sessions.map((session) => sessionRow(session, isCurrent)));
  const periods = [...day.periods].reverse();
  byId('periods').replaceChildren(...periods.map((period) => periodRow(period, day.loadedAt, isCurrent)));
  draw(day);
}

/** Names sessions by editor and project, and by start where these are the same. */
function nameAll(sessions) {
  names.clear();
  const counts = new Map();
  const short = (one) => [one.editor, one.project].filter(Boolean).join(' · ') || one.language || 'session';
  for (const one of sessions) counts.set(short(one), (counts.get(short(one)) ?? 0) + 1);
  for (const one of sessions) {
    names.set(one.session_id, counts.get(short(one)) > 1 ? `${short(one)} since ${clock(one.started_at)}` : short(one));
  }
}

/** Returns the texts of the cards that have nothing to show. */
export function empty({ sessions, periods, minutes }) {
  return {
    today: minutes.length || sessions.length || periods.length
      ? '' : 'No typing yet today. It appears here seconds after your editor sends some.',
    'periods-card': periods.length ? '' : 'No flow periods yet today.',
    'sessions-card': sessions.length
      ? '' : 'No sessions yet today. They begin when an editor sends its first keystrokes.',
  };
}

/** Returns whether the data are of another day. */
export const isOver = ({ from }) => +from !== +startOfToday();

/** Removes everything of this user before another one signs in. */
export function clear() {
  names.clear();
  for (const id of ['tiles', 'reasons', 'sessions', 'periods', 'day']) byId(id).replaceChildren();
  byId('day').setAttribute('aria-label', '');
}

function tiles({ sessions, minutes }) {
  const sum = (key) => minutes.reduce((total, minute) => total + minute[key], 0);
  const active = sum('active_seconds') * 1000;
  const flow = sum('flow_seconds') * 1000;
  const keystrokes = sum('keystrokes');
  byId('tiles').replaceChildren(...[
    ['Active', span(active)],
    ['In flow', active ? `${span(flow)} · ${Math.round(100 * flow / active)} %` : span(flow)],
    ['Keystrokes', count(keystrokes)],
    ['Sessions', count(sessions.length)],
  ].map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))));
}

/** Returns how many minutes ended out of flow, by reason. */
function reasons(minutes) {
  const counts = new Map();
  for (const { reason } of minutes) if (reason) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const parts = [...counts].sort(([, one], [, other]) => other - one)
    .map(([reason, of]) => `${count(of)} min ${REASONS[reason] ?? reason}`);
  return parts.length ? `Not in flow: ${parts.join(', ')}.` : '';
}

function sessionRow(session, isCurrent) {
  const what = [session.project, session.language, session.editor].filter(Boolean).join(' · ');
  const status = { active: 'active', paused: 'paused', ended: 'ended' }[session.status] ?? session.status;
  const mean = Number.isFinite(session.mean_intensity) ? `, intensity ${hundred(session.mean_intensity)}` : '';
  return element('li', { 'data-session': session.session_id },
    element('span', { class: 'title' }, times(session, isCurrent && session.status === 'active'),
      element('span', { class: session.status === 'ended' ? 'tag' : 'tag open' }, status)),
    element('span', { class: 'amount' }, span(session.active_ms)),
    element('span', { class: 'more' },
      `${what ? `${what}. ` : ''}${count(session.keystrokes)} keystrokes, ${span(session.flow_ms)} in flow${mean}`));
}

/** An open period is shown until the time of loading. */
function periodRow(period, loadedAt, isCurrent) {
  const until = period.ended_at ? Date.parse(period.ended_at) : loadedAt;
  // The keystrokes of a period are known when it has ended.
  const ending = period.ended_at
    ? `${count(period.keystrokes)} keystrokes, ${ENDINGS[period.ended_by] ?? 'ended'}` : 'still open';
  return element('li', {},
    element('span', { class: 'title' }, times(period, isCurrent),
      period.ended_at ? '' : element('span', { class: 'tag in-flow' }, 'in flow')),
    element('span', { class: 'amount' }, span(Math.max(0, until - Date.parse(period.started_at)))),
    element('span', { class: 'more' }, `Intensity ${hundred(period.mean_intensity)}, ${ending}`));
}

function times(of, isNow) {
  if (of.ended_at) return element('span', {}, `${clock(of.started_at)} – ${clock(of.ended_at)}`);
  return element('span', {}, isNow ? `${clock(of.started_at)} – now` : `since ${clock(of.started_at)}`);
}

/** Draws minutes as bars by intensity, flow periods hatched above them, sessions as lines below. */
function draw({ loadedAt: now, sessions, periods, minutes }) {
  const svg = byId('day');
  const { width, height } = svg.parentElement.getBoundingClientRect();
  if (width < 80) return;
  const first = Math.min(now, ...minutes.map((minute) => Date.parse(minute.minute)),
    ...sessions.map((one) => Date.parse(one.started_at)));
  const from = Math.max(+startOfToday(), Math.min(Math.floor(first / HOUR_MS) * HOUR_MS, now - SHOWN_MS_MIN));
  const to = Math.max(from + SHOWN_MS_MIN, now);
  const x = (at) => 2 + (width - 4) * (at - from) / (to - from);
  const floor = height - BOTTOM;
  const parts = [hatch('hatch-day'), shape('line', { class: 'grid', x1: 0, x2: width, y1: floor, y2: floor })];

  const step = [1, 2, 3, 6].find((hours) => (to - from) / HOUR_MS / hours <= width / 72) ?? 6;
  for (let at = +startOfToday(); at <= to; at += step * HOUR_MS) {
    if (at < from) continue;
    parts.push(shape('line', { class: 'grid', x1: x(at), x2: x(at), y1: TOP, y2: floor }));
    if (x(at) < width - 28) {
      const first = x(at) < 28;
      const anchor = first ? 'start' : 'middle';
      parts.push(shape('text', { x: first ? 0 : x(at), y: height - 2, 'text-anchor': anchor }, clock(at)));
    }
  }
  for (const [left, bucket] of buckets(minutes, x)) {
    const high = Math.max(1.5, (floor - TOP - 4) * clamp(bucket.intensity / Math.max(1, bucket.seconds)));
    parts.push(shape('rect', { class: 'minute', x: left, y: floor - high, width: BAR_PX - 1, height: high, rx: 1 }));
  }
  for (const period of periods) {
    const left = Math.max(0, x(Date.parse(period.started_at)));
    const right = x(period.ended_at ? Date.parse(period.ended_at) : now);
    parts.push(shape('rect', { class: 'period', x: left, y: 3, width: Math.max(3, right - left), height: 10, rx: 2 }));
  }
  for (const session of sessions) {
    const right = x(session.ended_at ? Date.parse(session.ended_at) : now);
    const left = Math.max(2, x(Date.parse(session.started_at)));
    const x2 = Math.max(left + 1, right - 2);
    parts.push(shape('line', { class: 'session', x1: left, x2, y1: floor + 8, y2: floor + 8 }));
  }
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.replaceChildren(...parts);
  svg.setAttribute('aria-label', minutes.length
    ? `Today from ${clock(from)}: ${minutes.length} minutes with typing, ${periods.length} flow periods, `
      + `${sessions.length} sessions; listed below.`
    : 'No minutes with typing yet today.');
}

/** Groups minutes that share a bar, weighted by active time. */
function buckets(minutes, x) {
  const all = new Map();
  for (const minute of minutes) {
    const left = Math.floor(x(Date.parse(minute.minute)) / BAR_PX) * BAR_PX;
    const bucket = all.get(left) ?? { intensity: 0, seconds: 0 };
    bucket.intensity += minute.mean_intensity * minute.active_seconds;
    bucket.seconds += minute.active_seconds;
    all.set(left, bucket);
  }
  return all;
}
