// Blocks of at least 25 minutes of unbroken flow, by the local week in which they began.
//
// A row a week, told again whenever it changes: {"key": "2026-01-26", "blocks": 3, "minutes": 95, "longest_minutes": 41}. The key
// is the week's Monday. Flow that is still going on counts once it is over.

@external("mindful", "flow_analysis")
declare function flow_analysis(address: usize, capacity: i32): i32;

@external("mindful", "emit_results")
declare function emit_results(address: usize, length: i32): i32;

const BLOCK_MS_MIN: i64 = 25 * 60_000;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;
const ENDED: u8 = 3;

// The record, docs/plugin-abi.md.
const RECORD_BYTES: i32 = 120;
const record = memory.data(120);
const AT_MS: usize = 0;
const SESSION_ID: usize = 8;
const STATUS: usize = 24;
const IS_IN_FLOW: usize = 25;
const UTC_OFFSET_MIN: usize = 26;
const FLOW_DURATION_MS: usize = 56;

// Flow under way, in up to 16 sessions at once. Each: id, when it began, how long it lasts, offset when it began.
const OPEN_MAX: i32 = 16;
const OPEN_BYTES: usize = 40;
const open = memory.data(640);

// The weeks last seen, by their number modulo 16. Each: number, blocks, milliseconds, longest in milliseconds.
const WEEKS_MAX: i64 = 16;
const WEEK_BYTES: usize = 32;
const weeks = memory.data(512);

const text = memory.data(256);
let length: i32 = 0;
let blocks: i64 = 0;
let inBlocksMs: i64 = 0;

export function init(abiVersion: i32, scope: i32, fromMs: i64, toMs: i64): i32 {
  return abiVersion == 1 ? 0 : 1;
}

export function on_record(kind: i32, size: i32): i32 {
  if (flow_analysis(record, RECORD_BYTES) < RECORD_BYTES) return 1;
  const at = load<i64>(record, AT_MS);
  const lasts = load<i64>(record, FLOW_DURATION_MS);
  const flowing = load<u8>(record, IS_IN_FLOW) != 0 && load<u8>(record, STATUS) != ENDED;
  let slot = find();
  if (slot != 0 && (!flowing || lasts < load<i64>(slot, 24))) {
    // What the last reading of a period says of its length counts, not how long nothing was heard after it.
    close(slot);
    slot = 0;
  }
  if (!flowing) return 0;
  if (slot == 0) {
    slot = free();
    store<u64>(slot, load<u64>(record, SESSION_ID));
    store<u64>(slot, load<u64>(record, SESSION_ID + 8), 8);
    store<i64>(slot, at - lasts, 16);
    store<i64>(slot, load<i16>(record, UTC_OFFSET_MIN), 32);
  }
  store<i64>(slot, max<i64>(lasts, 1), 24);
  return 0;
}

export function on_window(startMs: i64, endMs: i64): i32 {
  return 0;
}

export function result(): u64 {
  length = 0;
  ascii('{"blocks":');
  number(blocks);
  ascii(',"minutes":');
  number(inBlocksMs / MINUTE_MS);
  ascii("}");
  return ((length as u64) << 32) | (text as u64);
}

// A slot that lasts 0 ms is free.
function find(): usize {
  for (let i = 0; i < OPEN_MAX; i++) {
    const slot = open + (i as usize) * OPEN_BYTES;
    if (
      load<i64>(slot, 24) != 0 &&
      load<u64>(slot) == load<u64>(record, SESSION_ID) &&
      load<u64>(slot, 8) == load<u64>(record, SESSION_ID + 8)
    ) {
      return slot;
    }
  }
  return 0;
}

// Where all are taken, the flow that began first is closed.
function free(): usize {
  let oldest = open;
  for (let i = 0; i < OPEN_MAX; i++) {
    const slot = open + (i as usize) * OPEN_BYTES;
    if (load<i64>(slot, 24) == 0) return slot;
    if (load<i64>(slot, 16) < load<i64>(oldest, 16)) oldest = slot;
  }
  close(oldest);
  return oldest;
}

function close(slot: usize): void {
  const began = load<i64>(slot, 16);
  const lasted = load<i64>(slot, 24);
  const offsetMs = load<i64>(slot, 32) * MINUTE_MS;
  store<i64>(slot, 0, 24);
  if (lasted < BLOCK_MS_MIN) return;
  const day = floorDiv(began + offsetMs, DAY_MS);
  const week = floorDiv(day + 3, 7); // 1 January 1970 was a Thursday
  const row = weeks + (floorMod(week, WEEKS_MAX) as usize) * WEEK_BYTES;
  if (load<i64>(row) != week || load<i64>(row, 8) == 0) {
    store<i64>(row, week);
    store<i64>(row, 0, 8);
    store<i64>(row, 0, 16);
    store<i64>(row, 0, 24);
  }
  store<i64>(row, load<i64>(row, 8) + 1, 8);
  store<i64>(row, load<i64>(row, 16) + lasted, 16);
  store<i64>(row, max<i64>(load<i64>(row, 24), lasted), 24);
  blocks++;
  inBlocksMs += lasted;
  tell(row);
}

function tell(row: usize): void {
  length = 0;
  ascii('{"key":"');
  date(load<i64>(row) * 7 - 3);
  ascii('","blocks":');
  number(load<i64>(row, 8));
  ascii(',"minutes":');
  number(load<i64>(row, 16) / MINUTE_MS);
  ascii(',"longest_minutes":');
  number(load<i64>(row, 24) / MINUTE_MS);
  ascii("}");
  emit_results(text, length);
}

// Days since 1 January 1970 as a date; years begin in March here, so that the leap day comes last.
function date(day: i64): void {
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

function floorDiv(value: i64, by: i64): i64 {
  const quotient = value / by;
  return value % by < 0 ? quotient - 1 : quotient;
}

function floorMod(value: i64, by: i64): i64 {
  return value - floorDiv(value, by) * by;
}
