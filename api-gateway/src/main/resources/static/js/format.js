// Formats of numbers, times and durations, and functions that build elements without parsing markup.

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const moment = new Intl.DateTimeFormat(undefined, {
  day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit',
});
const whole = new Intl.NumberFormat();

const DAY_MS = 86_400_000;

export const clock = (at) => time.format(new Date(at));

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
export const ago = (at, ageMs) => (ageMs < DAY_MS ? `${span(ageMs)} ago` : moment.format(new Date(at)));

export function startOfToday() {
  const day = new Date();
  day.setHours(0, 0, 0, 0);
  return day;
}

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

/** Returns the hatching that marks flow without relying on colour. */
export function hatch(id) {
  const pattern = { id, width: 7, height: 7, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' };
  return shape('defs', {}, shape('pattern', pattern,
    shape('rect', { width: 7, height: 7, class: 'hatch-ground' }),
    shape('line', { x1: 0, y1: 0, x2: 0, y2: 7, class: 'hatch-line' })));
}
