// Time until the user is in flow again after an interruption, by the local week of the interruption.
//
// One row per week, emitted at each change:
// {"key": "2026-01-26", "interruptions": 9, "resumed": 7, "mean_minutes": 12, "within_15_minutes": 5}. The key is the
// Monday of the week. An interruption is a period of flow that did not end with its session; it is resumed when the
// user is in flow again, in any session, within four hours of the last reading in flow.

import {
  DAY_MS, MINUTE_MS, ascii, clear, date, floorDiv, floorMod, length, number, summary, text, weekOf,
} from "../../std";

@external("mindful", "flow_analysis")
declare function flow_analysis(address: usize, capacity: i32): i32;

@external("mindful", "emit_results")
declare function emit_results(address: usize, length: i32): i32;

const RESUMED_WITHIN_MS: i64 = 4 * 3_600_000;
const SOON_MS: i64 = 15 * 60_000;

// The record, docs/plugin-abi.md.
const RECORD_BYTES: i32 = 120;
const record = memory.data(120);
const AT_MS: usize = 0;
const SESSION_ID: usize = 8;
const IS_IN_FLOW: usize = 25;
const UTC_OFFSET_MIN: usize = 26;
const FLOW_DURATION_MS: usize = 56;
const INTERRUPTIONS: usize = 112;

// The latest sessions. Each: id, interruptions so far, last reading in flow, last reading.
const SESSIONS_MAX: i32 = 32;
const SESSION_BYTES: usize = 40;
const sessions = memory.data(1280);

// The latest weeks, by number modulo 16. Each: number + 1, interruptions, resumed, milliseconds, soon.
const WEEKS_MAX: i64 = 16;
const WEEK_BYTES: usize = 40;
const weeks = memory.data(640);

// The interruption that is not resumed yet, or 0.
let interruptedAt: i64 = 0;
let interruptedWeek: i64 = 0;

let interruptions: i64 = 0;
let resumed: i64 = 0;
let lagMs: i64 = 0;

export function init(abiVersion: i32, scope: i32, fromMs: i64, toMs: i64): i32 {
  return abiVersion == 1 ? 0 : 1;
}

export function on_record(kind: i32, size: i32): i32 {
  if (flow_analysis(record, RECORD_BYTES) < RECORD_BYTES) return 1;
  const at = load<i64>(record, AT_MS);
  const session = slot();
  const known = load<i64>(session, 16);
  const now = load<i64>(record, INTERRUPTIONS);
  if (now > known) {
    store<i64>(session, now, 16);
    const lastInFlow = load<i64>(session, 24);
    // A period between two readings has no reading in flow: it ends at this reading.
    interrupted(lastInFlow == 0 ? at : lastInFlow);
  }
  if (load<u8>(record, IS_IN_FLOW) != 0) {
    const began = at - load<i64>(record, FLOW_DURATION_MS);
    if (interruptedAt != 0 && began >= interruptedAt) resume(began - interruptedAt);
    store<i64>(session, at, 24);
  }
  store<i64>(session, at, 32);
  return 0;
}

export function on_window(startMs: i64, endMs: i64): i32 {
  return 0;
}

export function result(): u64 {
  clear();
  ascii('{"interruptions":');
  number(interruptions);
  ascii(',"resumed":');
  number(resumed);
  ascii(',"mean_minutes":');
  number(resumed == 0 ? 0 : lagMs / resumed / MINUTE_MS);
  ascii("}");
  return summary();
}

// Returns the session's slot, or the emptied slot of the least recently read session.
function slot(): usize {
  let oldest = sessions;
  for (let i = 0; i < SESSIONS_MAX; i++) {
    const each = sessions + (i as usize) * SESSION_BYTES;
    if (
      load<i64>(each, 32) != 0 &&
      load<u64>(each) == load<u64>(record, SESSION_ID) &&
      load<u64>(each, 8) == load<u64>(record, SESSION_ID + 8)
    ) {
      return each;
    }
    if (load<i64>(each, 32) < load<i64>(oldest, 32)) oldest = each;
  }
  store<u64>(oldest, load<u64>(record, SESSION_ID));
  store<u64>(oldest, load<u64>(record, SESSION_ID + 8), 8);
  store<i64>(oldest, 0, 16);
  store<i64>(oldest, 0, 24);
  return oldest;
}

function interrupted(at: i64): void {
  const offsetMs = (load<i16>(record, UTC_OFFSET_MIN) as i64) * MINUTE_MS;
  const day = floorDiv(at + offsetMs, DAY_MS);
  interruptedAt = at;
  interruptedWeek = weekOf(day);
  const row = weeks + (floorMod(interruptedWeek, WEEKS_MAX) as usize) * WEEK_BYTES;
  if (load<i64>(row) != interruptedWeek + 1) {
    store<i64>(row, interruptedWeek + 1);
    store<i64>(row, 0, 8);
    store<i64>(row, 0, 16);
    store<i64>(row, 0, 24);
    store<i64>(row, 0, 32);
  }
  store<i64>(row, load<i64>(row, 8) + 1, 8);
  interruptions++;
  emit(row);
}

function resume(lag: i64): void {
  interruptedAt = 0;
  if (lag > RESUMED_WITHIN_MS) return;
  const row = weeks + (floorMod(interruptedWeek, WEEKS_MAX) as usize) * WEEK_BYTES;
  store<i64>(row, load<i64>(row, 16) + 1, 16);
  store<i64>(row, load<i64>(row, 24) + lag, 24);
  if (lag <= SOON_MS) store<i64>(row, load<i64>(row, 32) + 1, 32);
  resumed++;
  lagMs += lag;
  emit(row);
}

function emit(row: usize): void {
  const back = load<i64>(row, 16);
  clear();
  ascii('{"key":"');
  date((load<i64>(row) - 1) * 7 - 3);
  ascii('","interruptions":');
  number(load<i64>(row, 8));
  ascii(',"resumed":');
  number(back);
  ascii(',"mean_minutes":');
  number(back == 0 ? 0 : load<i64>(row, 24) / back / MINUTE_MS);
  ascii(',"within_15_minutes":');
  number(load<i64>(row, 32));
  ascii("}");
  emit_results(text, length);
}
