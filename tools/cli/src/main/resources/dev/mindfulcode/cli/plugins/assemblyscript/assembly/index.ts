// Keystrokes per day, one row a day, emitted again as it grows: {"key": "day-20479", "keystrokes": 1234}.
// Days count from 1 January 1970.

@external("mindful", "keystroke_intervals")
declare function keystroke_intervals(address: usize, capacity: i32): i32;

@external("mindful", "emit_results")
declare function emit_results(address: usize, length: i32): i32;

// The record's head, docs/plugin-abi.md; ask for the whole length to have the intervals and key classes behind it.
const RECORD_BYTES: i32 = 262_144;
const record = memory.data(262_144);
const STARTED_AT_MS: usize = 0;
const UTC_OFFSET_MIN: usize = 28;
const KEYSTROKES: usize = 32;

const text = memory.data(256);
let length: i32 = 0;

// What lasts from record to record is in globals and memory, and nowhere else.
let day: i64 = i64.MIN_VALUE;
let keystrokes: i64 = 0;
let total: i64 = 0;

export function init(abiVersion: i32, scope: i32, fromMs: i64, toMs: i64): i32 {
  return abiVersion == 1 ? 0 : 1;
}

export function on_record(kind: i32, size: i32): i32 {
  if (keystroke_intervals(record, RECORD_BYTES) > RECORD_BYTES) return 1;
  const localMs = load<i64>(record, STARTED_AT_MS) + (load<i16>(record, UTC_OFFSET_MIN) as i64) * 60_000;
  const today = localMs / 86_400_000;
  if (today != day) {
    day = today;
    keystrokes = 0;
  }
  keystrokes += load<i32>(record, KEYSTROKES);
  total += load<i32>(record, KEYSTROKES);
  length = 0;
  ascii('{"key":"day-');
  number(day);
  ascii('","keystrokes":');
  number(keystrokes);
  ascii("}");
  emit_results(text, length);
  return 0;
}

export function on_window(startMs: i64, endMs: i64): i32 {
  return 0;
}

export function result(): u64 {
  length = 0;
  ascii('{"keystrokes":');
  number(total);
  ascii("}");
  return ((length as u64) << 32) | (text as u64);
}

function number(value: i64): void {
  let divisor: i64 = 1;
  while (value / divisor >= 10) divisor *= 10;
  for (; divisor > 0; divisor /= 10) {
    store<u8>(text + (length++ as usize), 48 + ((value / divisor) % 10) as u8);
  }
}

function ascii(part: string): void {
  for (let i = 0; i < part.length; i++) {
    store<u8>(text + (length++ as usize), part.charCodeAt(i) as u8);
  }
}
