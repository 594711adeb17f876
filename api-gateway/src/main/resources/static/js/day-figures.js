// The figures of a day, and the range of the same weekday in the eight weeks before. Pure.

import { dateOf, plusDays, weekdayOf } from './zone.js';

/** A range of fewer days would be chance. */
export const USUAL_DAYS_MIN = 4;
export const USUAL_WEEKS = 8;
const ACTIVE_MS_MIN = 10 * 60_000;
const NO_INTERRUPTION = [null, 'session_ended', 'unknown'];

/** Returns periods within a span of time, those that reach into it cut off; an open one lasts until now. */
export function within(periods, from, to, now) {
  return periods.flatMap((period) => {
    const started = Math.max(from, Date.parse(period.started_at));
    const isOpen = period.ended_at === null;
    const ended = Math.min(to, isOpen ? now : Date.parse(period.ended_at));
    return ended > started ? [{ ...period, started, ended, isOpen: isOpen && ended === now }] : [];
  });
}

export function figures({ minutes, periods }) {
  const sum = (key) => minutes.reduce((total, minute) => total + minute[key], 0);
  const longest = periods.reduce((best, one) => (!best || lasting(one) > lasting(best) ? one : best), null);
  return {
    flow: sum('flow_seconds') * 1000,
    active: sum('active_seconds') * 1000,
    longest: longest ? lasting(longest) : 0,
    interruptions: periods.filter(isInterrupted).length,
    keystrokes: sum('keystrokes'),
    longestPeriod: longest,
  };
}

const lasting = ({ started, ended }) => ended - started;

const isInterrupted = ({ ended_by: by }) => !NO_INTERRUPTION.includes(by);

/**
 * Returns `{ days, flow, active, longest, interruptions }`: on how many days it rests, and of each figure the first
 * quartile, median and third quartile; without these if there are too few days.
 *
 * @param daily the days of `/api/flow/analytics`
 * @param periods those of the weeks before the date
 */
export function usual(date, daily, periods) {
  const first = plusDays(date, -7 * USUAL_WEEKS);
  const days = daily.filter(({ day, active_ms: active }) => day >= first && day < date
    && weekdayOf(day) === weekdayOf(date) && active >= ACTIVE_MS_MIN);
  if (days.length < USUAL_DAYS_MIN) return { days: days.length };
  const byDate = new Map(days.map(({ day }) => [day, []]));
  for (const period of periods) {
    if (period.ended_at !== null) byDate.get(dateOf(Date.parse(period.started_at)))?.push(period);
  }
  const longest = [...byDate.values()].map((of) =>
    Math.max(0, ...of.map((one) => Date.parse(one.ended_at) - Date.parse(one.started_at))));
  return {
    days: days.length,
    flow: quartiles(days.map((day) => day.flow_ms)),
    active: quartiles(days.map((day) => day.active_ms)),
    longest: quartiles(longest),
    interruptions: quartiles([...byDate.values()].map((of) => of.filter(isInterrupted).length)),
  };
}

export function quartiles(values) {
  const sorted = [...values].sort((one, other) => one - other);
  return [0.25, 0.5, 0.75].map((share) => {
    const at = share * (sorted.length - 1);
    const below = Math.floor(at);
    const above = Math.min(sorted.length - 1, below + 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  });
}

/**
 * Returns how a value is to its usual range: `above`, `below` or `within`; `open` if it is below the top of the range
 * on a day that is not over, and `unknown` without a range.
 */
export function against(value, range, isOver) {
  if (!range) return 'unknown';
  if (value > range[2]) return 'above';
  if (!isOver) return 'open';
  return value < range[0] ? 'below' : 'within';
}

/** Places spans in as few lanes as they need without overlap; returns the lane of each. */
export function lanes(spans) {
  const ends = [];
  return spans.map(({ started, ended }) => {
    const free = ends.findIndex((end) => end <= started);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = ended;
    return lane;
  });
}
