// Weeks of ISO 8601, which begin on Mondays, such as `2026-W48`. Pure.

import { plusDays, weekdayOf } from './zone.js';

/** Returns the Monday of a date's week. */
export const mondayOf = (date) => plusDays(date, -((weekdayOf(date) + 6) % 7));

/** Returns the name of a date's week. */
export function weekOf(date) {
  const thursday = plusDays(mondayOf(date), 3);
  const year = thursday.slice(0, 4);
  const first = mondayOf(`${year}-01-04`);
  const number = 1 + Math.round((Date.parse(mondayOf(date)) - Date.parse(first)) / (7 * 86_400_000));
  return `${year}-W${String(number).padStart(2, '0')}`;
}

/** Returns the Monday of a week by its name. */
export function mondayOfWeek(week) {
  const [year, number] = week.split('-W');
  return plusDays(mondayOf(`${year}-01-04`), 7 * (Number(number) - 1));
}
