// The figures of a week: blocks of typing and flow by local time, and usual hours. Pure.

import { minuteOfDay } from '../zone.js';

const MINUTE_MS = 60_000;
/** A gap of more idle minutes divides two blocks. */
const GAP_MINUTES = 5;
/** Usual hours are the fewest that contain this share of the active time, as for the indicators of strain. */
const USUAL_SHARE = 0.9;
const DAY_MINUTES = 1440;
const NO_INTERRUPTION = [null, 'session_ended', 'unknown'];

/**
 * Returns of each day `{ flow, active }` in ms, and `blocks` of typing and `flows` as `{ from, to }` in minutes since
 * midnight. A flow has `isCut` if something ended it on that day.
 *
 * @param dates and the date after the last
 * @param starts the instant at which each date begins
 */
export function columnsOf(dates, starts, minutes, periods, now) {
  return dates.slice(0, -1).map((_, i) => {
    const [from, to] = [starts[i], starts[i + 1]];
    const inDay = minutes.filter(({ minute }) => Date.parse(minute) >= from && Date.parse(minute) < to);
    const sum = (key) => inDay.reduce((total, minute) => total + minute[key], 0) * 1000;
    const flows = periods.filter(({ started, ended }) => started < to && ended > from).map((period) => ({
      ...local(Math.max(from, period.started), Math.min(to, now, period.ended), to),
      isCut: !period.isOpen && period.ended <= to && !NO_INTERRUPTION.includes(period.ended_by),
    }));
    return { flow: sum('flow_seconds'), active: sum('active_seconds'), blocks: blocksOf(inDay, to), flows };
  });
}

/** Returns blocks of minutes without a long gap. */
export function blocksOf(minutes, dayEnd) {
  const blocks = [];
  for (const at of minutes.filter((one) => one.active_seconds > 0).map(({ minute }) => Date.parse(minute))
    .sort((one, other) => one - other)) {
    const last = blocks.at(-1);
    if (last && at - last[1] <= GAP_MINUTES * MINUTE_MS) last[1] = at + MINUTE_MS;
    else blocks.push([at, at + MINUTE_MS]);
  }
  return blocks.map(([from, to]) => local(from, to, dayEnd));
}

/** Returns a span in minutes of the clock; where the clock is set back in between, as long as it lasted. */
function local(from, to, dayEnd) {
  const begin = minuteOfDay(from);
  const end = to >= dayEnd ? DAY_MINUTES : minuteOfDay(to);
  return { from: begin, to: end > begin ? end : Math.min(DAY_MINUTES, begin + (to - from) / MINUTE_MS) };
}

/**
 * Returns the usual hours of weekdays and of weekends, together the fewest that contain most of the active time.
 *
 * @param weekHours as in `/api/flow/analytics`: active time by `weekday`, 1 for Monday, and `hour`
 */
export function usualHours(weekHours) {
  const total = weekHours.reduce((all, { active_ms: of }) => all + of, 0);
  const groups = new Map();
  for (const { weekday, hour, active_ms: of } of weekHours) {
    const key = (weekday > 5 ? 24 : 0) + hour;
    groups.set(key, (groups.get(key) ?? 0) + of);
  }
  const usual = new Set();
  let inside = 0;
  for (const [key, of] of [...groups].sort(([, one], [, other]) => other - one)) {
    if (inside >= USUAL_SHARE * total) break;
    usual.add(key);
    inside += of;
  }
  return {
    outside: total ? 1 - inside / total : 0,
    /** @param day 0 for Monday */
    contains: (day, hour) => usual.has((day > 4 ? 24 : 0) + Math.floor(hour)),
    text: (format) => [['Monday to Friday', 0], ['weekend', 24]]
      .map(([name, first]) => [name, spans(usual, first).map(([from, to]) => `${format(from)} – ${format(to)}`)])
      .filter(([, of]) => of.length).map(([name, of]) => `${name} ${of.join(', ')}`).join('; '),
  };
}

function spans(usual, first) {
  const found = [];
  for (let hour = 0; hour < 24; hour++) {
    if (!usual.has(first + hour)) continue;
    if (found.at(-1)?.[1] === hour) found.at(-1)[1]++;
    else found.push([hour, hour + 1]);
  }
  return found;
}
