// Keystrokes per day, one row a day, emitted again as it grows: {"key": "day-20479", "keystrokes": 1234}.
// Days count from 1 January 1970.

#define IMPORT(name) __attribute__((import_module("mindful"), import_name(#name))) int name
#define EXPORT(name) __attribute__((export_name(#name))) name

IMPORT(keystroke_intervals)(void *to, int capacity);
IMPORT(emit_results)(const void *from, int length);

// The record's head, docs/plugin-abi.md; behind it: intervals, dwells, signals, key classes.
static struct {
    long long started_at_ms;
    unsigned char session_id[16];
    int sequence;
    short utc_offset_min, zero;
    int keystrokes, dwells, signals, also_zero;
    unsigned char rest[262144 - 48];
} record;

static char text[256];
static int length;

// What lasts from record to record is in globals, and nowhere else.
static long long day = -1, keystrokes, total;

static void ascii(const char *part) {
    while (*part) text[length++] = *part++;
}

static void number(long long value) {
    long long divisor = 1;
    while (value / divisor >= 10) divisor *= 10;
    for (; divisor > 0; divisor /= 10) text[length++] = (char)('0' + value / divisor % 10);
}

int EXPORT(init)(int abi_version, int scope, long long from_ms, long long to_ms) { return abi_version == 1 ? 0 : 1; }

int EXPORT(on_record)(int kind, int size) {
    if (keystroke_intervals(&record, sizeof record) > (int)sizeof record) return 1;
    long long today = (record.started_at_ms + record.utc_offset_min * 60000LL) / 86400000;
    if (today != day) {
        day = today;
        keystrokes = 0;
    }
    keystrokes += record.keystrokes;
    total += record.keystrokes;
    length = 0;
    ascii("{\"key\":\"day-");
    number(day);
    ascii("\",\"keystrokes\":");
    number(keystrokes);
    ascii("}");
    emit_results(text, length);
    return 0;
}

int EXPORT(on_window)(long long start_ms, long long end_ms) { return 0; }

unsigned long long EXPORT(result)(void) {
    length = 0;
    ascii("{\"keystrokes\":");
    number(total);
    ascii("}");
    return (unsigned long long)length << 32 | (unsigned long)text;
}
