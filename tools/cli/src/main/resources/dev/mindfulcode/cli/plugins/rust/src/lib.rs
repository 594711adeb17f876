//! Keystrokes per day, one row a day, emitted again as it grows: {"key": "day-20479", "keystrokes": 1234}.
//! Days count from 1 January 1970.
#![no_std]

use core::fmt::{self, Write};

#[link(wasm_import_module = "mindful")]
extern "C" {
    fn keystroke_intervals(address: *mut u8, capacity: i32) -> i32;
    fn emit_results(address: *const u8, length: i32) -> i32;
}

const RECORD_BYTES: usize = 262_144;

// What lasts from record to record is here and nowhere else. One thread, so nobody else is at it.
static mut RECORD: [u8; RECORD_BYTES] = [0; RECORD_BYTES];
static mut TEXT: Text = Text { bytes: [0; 256], length: 0 };
static mut DAY: i64 = i64::MIN;
static mut KEYSTROKES: i64 = 0;
static mut TOTAL: i64 = 0;

struct Text {
    bytes: [u8; 256],
    length: usize,
}

impl Write for Text {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let end = self.length + part.len();
        self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?.copy_from_slice(part.as_bytes());
        self.length = end;
        Ok(())
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// # Safety
/// Little-endian numbers at fixed offsets: docs/plugin-abi.md.
unsafe fn at<T: Copy>(offset: usize) -> T {
    (&raw const RECORD as *const u8).add(offset).cast::<T>().read_unaligned()
}

#[no_mangle]
pub extern "C" fn init(abi_version: i32, _scope: i32, _from_ms: i64, _to_ms: i64) -> i32 {
    i32::from(abi_version != 1)
}

#[no_mangle]
pub extern "C" fn on_record(_kind: i32, _length: i32) -> i32 {
    unsafe {
        if keystroke_intervals(&raw mut RECORD as *mut u8, RECORD_BYTES as i32) > RECORD_BYTES as i32 {
            return 1;
        }
        let local_ms = at::<i64>(0) + i64::from(at::<i16>(28)) * 60_000;
        let today = local_ms / 86_400_000;
        if today != DAY {
            DAY = today;
            KEYSTROKES = 0;
        }
        KEYSTROKES += i64::from(at::<i32>(32));
        TOTAL += i64::from(at::<i32>(32));
        let text = &mut *(&raw mut TEXT);
        text.length = 0;
        let (day, keystrokes) = (DAY, KEYSTROKES);
        if write!(text, "{{\"key\":\"day-{day}\",\"keystrokes\":{keystrokes}}}").is_err() {
            return 2;
        }
        emit_results(text.bytes.as_ptr(), text.length as i32);
    }
    0
}

#[no_mangle]
pub extern "C" fn on_window(_start_ms: i64, _end_ms: i64) -> i32 {
    0
}

/// Where the summary is: length × 2³² + address.
#[no_mangle]
pub extern "C" fn result() -> u64 {
    unsafe {
        let text = &mut *(&raw mut TEXT);
        text.length = 0;
        let total = TOTAL;
        match write!(text, "{{\"keystrokes\":{total}}}") {
            Ok(()) => ((text.length as u64) << 32) | text.bytes.as_ptr() as u64,
            Err(_) => 0,
        }
    }
}
