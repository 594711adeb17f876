package dev.mindfulcode.ingestservice;

import dev.mindfulcode.schemas.KeystrokePayload;
import java.time.Duration;

/** Limits of uploads. A client that exceeds one gets the field at fault. */
final class UploadLimits {

    static final int KEYSTROKES_PER_BATCH_MAX = KeystrokePayload.KEYSTROKES_MAX;
    static final int SIGNALS_PER_BATCH_MAX = KeystrokePayload.SIGNALS_MAX;
    static final int BATCHES_PER_REQUEST_MAX = 100;
    static final int REQUEST_BYTES_MAX = 1024 * 1024;

    /**
     * Longest interval, and longest time from a batch's start to its last keystroke or signal: a day. Batches hold
     * seconds of typing, so a longer one has the wrong unit.
     */
    static final int BATCH_SPAN_MS_MAX = 86_400_000;

    /** Longest stretch of one report of features: a minute. */
    static final int REPORT_DURATION_MS_MAX = 60_000;

    /** Upper bound of each count of a report: a hundred a second. */
    static final int REPORT_COUNT_MAX = 6_000;

    /** Longest interval that counts as active time, as the engine has it. */
    static final int ACTIVE_MS_PER_KEYSTROKE_MAX = 15_000;

    /** Longest time that a key is held: ten minutes. */
    static final int DWELL_MS_MAX = 600_000;

    static final int DIAGNOSTICS_MAX = 1_000_000;

    /** The largest integer that JavaScript represents exactly. */
    static final long SEQUENCE_MAX = (1L << 53) - 1;

    /** 2020-01-01T00:00Z. Earlier times have another unit or come from a clock that was never set. */
    static final long EPOCH_MS_MIN = 1_577_836_800_000L;

    /** The end of the year 9999. */
    static final long EPOCH_MS_MAX = 253_402_300_799_999L;

    /**
     * A batch starts at most this long before the time of receipt, once its session has been moved: a month offline.
     */
    static final Duration LATENESS_MAX = Duration.ofDays(31);

    /**
     * A batch ends at most this long after the time of receipt, once its session has been moved: a clock that is a
     * little fast.
     */
    static final Duration EARLINESS_MAX = Duration.ofSeconds(60);

    /** Difference between {@code sent_at} and the time of arrival that counts as network latency. */
    static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);

    /**
     * A session older than {@link #LATENESS_MAX} is moved to start this long after the window's start, so that its
     * next, repeated and reordered uploads fit with the same shift.
     */
    static final Duration PAST_MARGIN = Duration.ofDays(1);

    /** Size of the cache of sessions' shifts. An entry has about 150 bytes. */
    static final int SHIFTED_SESSIONS_MAX = 100_000;

    /** Uploads of a session within this time of the first that was moved are moved by the same. */
    static final Duration SHIFT_RETENTION = Duration.ofHours(1);

    private UploadLimits() {}
}
