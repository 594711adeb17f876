// Blocks of at least 25 minutes of unbroken flow, by the local week in which they began.
//
// One row per week, emitted at each change: {"key": "2026-01-26", "blocks": 3, "minutes": 95, "longest_minutes": 41}.
// The key is the Monday of the week. Flow counts when it ends.

import {
  DAY_MS, MINUTE_MS, ascii, clear, date, floorDiv, floorMod, length, number, summary, text, weekOf,
} from "../../std";

@external("mindful", "flow_analysis")
declare function flow_analysis(address: usize, capacity: i32): i32;

@external("mindful", "emit_results")
declare function emit_results(address: usize, length: i32): i32;

const BLOCK_MS_MIN: i64 = 25 * 60_000;
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

// Open periods of flow, in up to 16 concurrent sessions. Each: id, start, duration, UTC offset at the start.
const OPEN_MAX: i32 = 16;
const OPEN_BYTES: usize = 40;
const open = memory.data(640);

// The latest weeks, by number modulo 16. Each: number, blocks, milliseconds, longest in milliseconds.
const WEEKS_MAX: i64 = 16;
const WEEK_BYTES: usize = 32;
const weeks = memory.data(512);

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
    // The duration in the last reading of a period counts, without the silence after it.
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
  clear();
  ascii('{"blocks":');
  number(blocks);
  ascii(',"minutes":');
  number(inBlocksMs / MINUTE_MS);
  ascii("}");
  return summary();
}

// A slot with a duration of 0 ms is free.
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

// If no slot is free, closes the flow that began first.
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
  const week = weekOf(day);
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
  emit(row);
}

function emit(row: usize): void {
  clear();
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
