// Drift of intervals and corrections within a session: least squares over its keystrokes, per hour of active time.
//
// One row per session of at least 20 active minutes, emitted at each change:
// {"key": "<session id>", "day": "2026-01-26", "active_minutes": 95, "keystrokes": 14210, "interval_ms": 182.104,
//  "interval_drift_ms": 3.214, "corrections_percent": 7.031, "corrections_drift_percent": 0.512}.
// Intervals above one second are pauses, not typing speed; intervals above 15 s are not active time.

import { DAY_MS, MINUTE_MS, ascii, byte, clear, date, floorDiv, length, number, summary, text } from "../../std";

@external("mindful", "keystroke_intervals")
declare function keystroke_intervals(address: usize, capacity: i32): i32;

@external("mindful", "emit_results")
declare function emit_results(address: usize, length: i32): i32;

const ACTIVE_INTERVAL_MS_MAX: i32 = 15_000;
const TYPING_INTERVAL_MS_MAX: i32 = 1_000;
const ACTIVE_MS_MIN: i64 = 20 * 60_000;
const HOUR_MS: f64 = 3_600_000;
const KEY_DELETE: u8 = 6;
const KEY_UNDO: u8 = 9;

// The record (docs/plugin-abi.md): header, intervals, dwells, 12 bytes per signal, key classes.
const RECORD_BYTES: i32 = 262_144;
const record = memory.data(262_144);
const STARTED_AT_MS: usize = 0;
const SESSION_ID: usize = 8;
const UTC_OFFSET_MIN: usize = 28;
const KEYSTROKES: usize = 32;
const DWELLS: usize = 36;
const SIGNALS: usize = 40;
const HEAD: usize = 48;

// The latest sessions. Each: id, day + 1, active time, time of the last batch, then sums n, x, xx, y, xy over all
// keystrokes, and the same over those with a typing interval. x is active time in hours; y is 1 for a correction, or
// the interval in milliseconds.
const SESSIONS_MAX: i32 = 32;
const SESSION_BYTES: usize = 120;
const sessions = memory.data(3840);
const ALL: usize = 40;
const TYPED: usize = 80;

let rowsEmitted: i64 = 0;

export function init(abiVersion: i32, scope: i32, fromMs: i64, toMs: i64): i32 {
  return abiVersion == 1 ? 0 : 1;
}

export function on_record(kind: i32, size: i32): i32 {
  if (keystroke_intervals(record, RECORD_BYTES) > RECORD_BYTES) return 1;
  const n = load<i32>(record, KEYSTROKES);
  const session = slot();
  let activeMs = load<i64>(session, 24);
  const dwells = load<i32>(record, DWELLS) as usize;
  const signals = load<i32>(record, SIGNALS) as usize;
  const classes = record + HEAD + 4 * (n as usize) + 4 * dwells + 12 * signals;
  for (let i = 0; i < n; i++) {
    const interval = load<i32>(record + HEAD + 4 * (i as usize));
    if (interval <= ACTIVE_INTERVAL_MS_MAX) activeMs += interval;
    const x = (activeMs as f64) / HOUR_MS;
    const key = load<u8>(classes + (i as usize));
    add(session + ALL, x, key == KEY_DELETE || key == KEY_UNDO ? 1 : 0);
    if (interval <= TYPING_INTERVAL_MS_MAX) add(session + TYPED, x, interval as f64);
  }
  store<i64>(session, activeMs, 24);
  store<i64>(session, load<i64>(record, STARTED_AT_MS), 32);
  if (activeMs >= ACTIVE_MS_MIN) emit(session);
  return 0;
}

export function on_window(startMs: i64, endMs: i64): i32 {
  return 0;
}

export function result(): u64 {
  clear();
  ascii('{"rows_emitted":');
  number(rowsEmitted);
  ascii("}");
  return summary();
}

// Returns the session's slot, or the emptied slot of the least recent session.
function slot(): usize {
  let oldest = sessions;
  for (let i = 0; i < SESSIONS_MAX; i++) {
    const each = sessions + (i as usize) * SESSION_BYTES;
    if (
      load<i64>(each, 16) != 0 &&
      load<u64>(each) == load<u64>(record, SESSION_ID) &&
      load<u64>(each, 8) == load<u64>(record, SESSION_ID + 8)
    ) {
      return each;
    }
    if (load<i64>(each, 32) < load<i64>(oldest, 32)) oldest = each;
  }
  memory.fill(oldest, 0, SESSION_BYTES);
  store<u64>(oldest, load<u64>(record, SESSION_ID));
  store<u64>(oldest, load<u64>(record, SESSION_ID + 8), 8);
  const offsetMs = (load<i16>(record, UTC_OFFSET_MIN) as i64) * MINUTE_MS;
  store<i64>(oldest, floorDiv(load<i64>(record, STARTED_AT_MS) + offsetMs, DAY_MS) + 1, 16);
  return oldest;
}

function add(sums: usize, x: f64, y: f64): void {
  store<f64>(sums, load<f64>(sums) + 1);
  store<f64>(sums, load<f64>(sums, 8) + x, 8);
  store<f64>(sums, load<f64>(sums, 16) + x * x, 16);
  store<f64>(sums, load<f64>(sums, 24) + y, 24);
  store<f64>(sums, load<f64>(sums, 32) + x * y, 32);
}

function mean(sums: usize): f64 {
  const n = load<f64>(sums);
  return n == 0 ? 0 : load<f64>(sums, 24) / n;
}

// Returns the slope of y over x; 0 if all x are equal.
function slope(sums: usize): f64 {
  const n = load<f64>(sums);
  const x = load<f64>(sums, 8);
  const below = n * load<f64>(sums, 16) - x * x;
  return below <= 0 ? 0 : (n * load<f64>(sums, 32) - x * load<f64>(sums, 24)) / below;
}

function emit(session: usize): void {
  rowsEmitted++;
  clear();
  ascii('{"key":"');
  id(session);
  ascii('","day":"');
  date(load<i64>(session, 16) - 1);
  ascii('","active_minutes":');
  number(load<i64>(session, 24) / MINUTE_MS);
  ascii(',"keystrokes":');
  number(load<f64>(session + ALL) as i64);
  ascii(',"interval_ms":');
  decimal(mean(session + TYPED));
  ascii(',"interval_drift_ms":');
  decimal(slope(session + TYPED));
  ascii(',"corrections_percent":');
  decimal(100 * mean(session + ALL));
  ascii(',"corrections_drift_percent":');
  decimal(100 * slope(session + ALL));
  ascii("}");
  emit_results(text, length);
}

function id(session: usize): void {
  for (let i = 0; i < 16; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) ascii("-");
    const value = load<u8>(session + (i as usize));
    hex(value >> 4);
    hex(value & 15);
  }
}

function hex(digit: u8): void {
  byte(digit < 10 ? 48 + digit : 87 + digit);
}

// Appends a number with three decimals.
function decimal(value: f64): void {
  const thousandths = nearest(abs(value) * 1000) as i64;
  if (value < 0 && thousandths > 0) ascii("-");
  number(thousandths / 1000);
  ascii(thousandths % 1000 < 10 ? ".00" : thousandths % 1000 < 100 ? ".0" : ".");
  number(thousandths % 1000);
}
