// Days and times in the account's time zone, which may differ from the browser's.

import { LOCALE } from './locale.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

let zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
let formats = new Map();

/** Sets the account's zone; one that the browser does not know changes nothing. */
export function setZone(name) {
  try {
    new Intl.DateTimeFormat(LOCALE, { timeZone: name });
  } catch {
    return;
  }
  zone = name;
  formats = new Map();
}

export const zoneName = () => zone;

export const isBrowsersZone = () => {
  const own = new Intl.DateTimeFormat(LOCALE, { timeZoneName: 'longOffset' });
  const theirs = new Intl.DateTimeFormat(LOCALE, { timeZoneName: 'longOffset', timeZone: zone });
  return own.format() === theirs.format();
};

/** Returns a formatter of times in the account's zone. */
export function inZone(options, locale = LOCALE) {
  const key = locale + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }));
  return formats.get(key);
}

/** Returns the date of a time, such as `2026-11-24`. */
export function dateOf(at) {
  const { year, month, day } = partsOf(at);
  return `${year}-${month}-${day}`;
}

export const today = () => dateOf(Date.now());

/** Returns the first instant of a date: not always midnight, which some zones skip. */
export function startOf(date) {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  let at = midnight - offsetMs(midnight);
  at = midnight - offsetMs(at);
  while (dateOf(at) < date) at += 15 * MINUTE_MS;
  return dateOf(at - HOUR_MS) === date ? at - HOUR_MS : at;
}

export const plusDays = (date, days) => new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);

/** Returns the minutes since midnight that a clock shows. */
export function minuteOfDay(at) {
  const { hour, minute } = partsOf(at);
  return 60 * Number(hour) + Number(minute);
}

/** Returns 0 for a Sunday. */
export const weekdayOf = (date) => new Date(Date.parse(date)).getUTCDay();

/** Formats a date, which has no zone. */
export const formatDate = (date, options) =>
  new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: 'UTC' }).format(Date.parse(date));

function offsetMs(at) {
  const { year, month, day, hour, minute, second } = partsOf(at);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

function partsOf(at) {
  const format = inZone({
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
    hourCycle: 'h23',
  }, 'en-US');
  return Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
}
