// Formats of numbers, times and durations, and functions that build elements without parsing markup.

import { LOCALE } from './locale.js';
import { inZone } from './zone.js';

const IS_TWELVE_HOURS = new Intl.DateTimeFormat(LOCALE, { hour: 'numeric' }).resolvedOptions().hour12;
const TIME = { hour: IS_TWELVE_HOURS ? 'numeric' : '2-digit', minute: '2-digit' };
const HOUR = IS_TWELVE_HOURS ? { hour: 'numeric' } : TIME;
const MOMENT = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' };
const whole = new Intl.NumberFormat(LOCALE);

const DAY_MS = 86_400_000;

export const clock = (at) => inZone(TIME).format(new Date(at));

/** Formats a full hour, for an axis. */
export const hourOf = (at) => inZone(HOUR).format(new Date(at));

export const count = (value) => whole.format(value ?? 0);

/** Formats 0 to 1 as 0 to 100; NaN as a dash. */
export const hundred = (value) => (Number.isFinite(value) ? String(Math.round(clamp(value) * 100)) : '–');

export const clamp = (value) => Math.min(1, Math.max(0, value));

export function span(ms) {
  const minutes = Math.floor(ms / 60000);
  if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest ? `${Math.floor(minutes / 60)} h ${rest} min` : `${minutes / 60} h`;
}

/** Formats how long ago a time was, or its date if that is more than a day. */
export const ago = (at, ageMs) => (ageMs < DAY_MS ? `${span(ageMs)} ago` : inZone(MOMENT).format(new Date(at)));

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== ''));
  return made;
}

/** Returns a column header; `forReaders` is a name for screen readers only. */
export const columnHead = (name, forReaders = '') => element('th', { scope: 'col' },
  name || element('span', { class: 'for-readers' }, forReaders));

const SVG = 'http://www.w3.org/2000/svg';

export function shape(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
