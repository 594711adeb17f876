// The figures of months: sums by week and month, time in flow by weekday and hour, steps of colour. Pure.

import { mondayOf } from '../weeks.js';
import { plusDays } from '../zone.js';

const HEAT_STEPS = 5;

/** Returns the sums of days by a key of the date, in order. */
export function sumsBy(daily, keyOf) {
  const sums = new Map();
  for (const { day, active_ms: active, flow_ms: flow } of daily) {
    const of = sums.get(keyOf(day)) ?? { key: keyOf(day), days: 0, active: 0, flow: 0 };
    of.days++;
    of.active += active;
    of.flow += flow;
    sums.set(of.key, of);
  }
  return [...sums.values()].sort((one, other) => (one.key < other.key ? -1 : 1));
}

/** Returns how often each weekday, from Monday, is between two dates. */
export function weekdaysBetween(from, to) {
  const counts = Array(7).fill(0);
  for (let date = from; date <= to; date = plusDays(date, 1)) {
    counts[Math.round((Date.parse(date) - Date.parse(mondayOf(date))) / 86_400_000)]++;
  }
  return counts;
}

/** Returns 0 for no time, and otherwise 1 to 5 in proportion to the most. */
export const stepOf = (value, most) => (value > 0 ? Math.max(1, Math.ceil(HEAT_STEPS * Math.min(1, value / most))) : 0);

/** Returns ticks of a round step that include the values, three to six of them. */
export function ticks(values) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const step = [0.02, 0.05, 0.1, 0.2].find((of) => (high - low) / of <= 4) ?? 0.25;
  const from = Math.max(0, Math.floor(low / step) * step);
  const to = Math.min(1, Math.max(from + 2 * step, Math.ceil(high / step) * step));
  return Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);
}
