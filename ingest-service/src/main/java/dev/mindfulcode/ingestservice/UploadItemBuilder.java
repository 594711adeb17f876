package dev.mindfulcode.ingestservice;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A builder of batches or reports: the rules for the values that both have. Not thread-safe. */
abstract class UploadItemBuilder {

    private static final UUID UNSET = new UUID(0, 0);

    /** Position of the reader, set before each value; the rules here reject with it. */
    final UploadPosition position = new UploadPosition();

    private UUID id = UNSET;
    private UUID sessionId = UNSET;
    private long sequence;
    private long startedAtMs;

    /** Begins the next item. */
    abstract void reset();

    /** @param index of the item in the upload */
    abstract ParsedBatch build(int index);

    final ParsedBatch parsed(int index, long spanMs, ParsedBatch.Content content) {
        return new ParsedBatch(index, id, sessionId, sequence, startedAtMs, spanMs, content);
    }

    final void id(UUID value) {
        id = value;
    }

    final UUID id() {
        return id;
    }

    final void sessionId(UUID value) {
        sessionId = value;
    }

    final UUID sessionId() {
        return sessionId;
    }

    final void sequence(long value) {
        sequence = within(value, UploadLimits.SEQUENCE_MAX);
    }

    final long sequence() {
        return sequence;
    }

    final void startedAt(long epochMs) {
        String fault = epochFault(epochMs);
        if (fault != null) {
            throw position.invalid(fault);
        }
        startedAtMs = epochMs;
    }

    /** Validates the time at which an upload was sent. */
    final long sentAt(long epochMs) {
        String fault = epochFault(epochMs);
        if (fault != null) {
            throw position.invalidUpload(fault);
        }
        return epochMs;
    }

    private static @Nullable String epochFault(long epochMs) {
        if (epochMs >= UploadLimits.EPOCH_MS_MIN && epochMs <= UploadLimits.EPOCH_MS_MAX) {
            return null;
        }
        boolean looksLikeSeconds =
                epochMs >= UploadLimits.EPOCH_MS_MIN / 1_000 && epochMs <= UploadLimits.EPOCH_MS_MAX / 1_000;
        return "is " + epochMs + "; must be from " + UploadLimits.EPOCH_MS_MIN + " to " + UploadLimits.EPOCH_MS_MAX
                + ": milliseconds are expected"
                + (looksLikeSeconds ? "; this looks like seconds" : ", of the year 2020 or later");
    }

    final int within(long value, int max) {
        return (int) within(value, (long) max);
    }

    private long within(long value, long max) {
        if (value < 0 || value > max) {
            throw position.invalid("is " + value + "; must be " + (max == 0 ? "0 or left out" : "from 0 to " + max));
        }
        return value;
    }
}
