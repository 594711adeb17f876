// Shared by the example plugins: a text buffer for JSON, dates, and division that rounds down.

export const MINUTE_MS: i64 = 60_000;
export const DAY_MS: i64 = 86_400_000;

export const text = memory.data(512);
export let length: i32 = 0;

/** Empties the text buffer. */
export function clear(): void {
  length = 0;
}

export function ascii(part: string): void {
  for (let i = 0; i < part.length; i++) {
    byte(part.charCodeAt(i) as u8);
  }
}

export function byte(code: u8): void {
  store<u8>(text + (length++ as usize), code);
}

export function number(value: i64): void {
  let divisor: i64 = 1;
  while (value / divisor >= 10) divisor *= 10;
  for (; divisor > 0; divisor /= 10) {
    byte(48 + ((value / divisor) % 10) as u8);
  }
}

/** Appends days since 1 January 1970 as a date. Years begin in March here, so that the leap day comes last. */
export function date(day: i64): void {
  const shifted = day + 719_468;
  const era = floorDiv(shifted, 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const month = (5 * dayOfYear + 2) / 153;
  const calendarMonth = month < 10 ? month + 3 : month - 9;
  number(yearOfEra + era * 400 + (calendarMonth <= 2 ? 1 : 0));
  ascii(calendarMonth < 10 ? "-0" : "-");
  number(calendarMonth);
  const dayOfMonth = dayOfYear - (153 * month + 2) / 5 + 1;
  ascii(dayOfMonth < 10 ? "-0" : "-");
  number(dayOfMonth);
}

/** Returns the number of the week of a day; 1 January 1970 was a Thursday. */
export function weekOf(day: i64): i64 {
  return floorDiv(day + 3, 7);
}

/** Returns the text buffer as the answer of the export `result`. */
export function summary(): u64 {
  return ((length as u64) << 32) | (text as u64);
}

export function floorDiv(value: i64, by: i64): i64 {
  const quotient = value / by;
  return value % by < 0 ? quotient - 1 : quotient;
}

export function floorMod(value: i64, by: i64): i64 {
  return value - floorDiv(value, by) * by;
}
