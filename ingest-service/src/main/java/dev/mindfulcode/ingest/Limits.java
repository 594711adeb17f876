package dev.mindfulcode.ingest;

import dev.mindfulcode.schemas.KeystrokePayload;
import java.time.Duration;

/** What a client may send. Everything beyond is refused with the field at fault. */
final class Limits {

    static final int KEYSTROKES_A_BATCH_MAX = KeystrokePayload.KEYSTROKES_MAX;
    static final int SIGNALS_A_BATCH_MAX = KeystrokePayload.SIGNALS_MAX;
    static final int BATCHES_A_REQUEST_MAX = 100;
    static final int REQUEST_BYTES_MAX = 1024 * 1024;

    /**
     * Longest interval, and longest time from a batch's start to its last keystroke or signal: a day. A batch is seconds of
     * typing, and a session ends after half an hour of silence, so what is longer has its unit wrong.
     */
    static final int BATCH_SPAN_MS_MAX = 86_400_000;

    /** Longest time a key is held: ten minutes; a book on the keyboard stays below. */
    static final int DWELL_MS_MAX = 600_000;

    static final int DIAGNOSTICS_MAX = 1_000_000;

    /** The largest whole number that JSON clients in JavaScript hold exactly. */
    static final long SEQUENCE_MAX = (1L << 53) - 1;

    /** The end of the year 9999; what a clock can be wrong by is for {@link EventTime} to mend. */
    static final long STARTED_AT_MS_MAX = 253_402_300_799_999L;

    /** Event time may lie this far before the time of receipt: an editor that was offline for a month. */
    static final Duration LATENESS_MAX = Duration.ofDays(31);

    /** Event time may lie this far after the time of receipt: a clock that is a little fast. */
    static final Duration EARLINESS_MAX = Duration.ofSeconds(60);

    private Limits() {}
}
