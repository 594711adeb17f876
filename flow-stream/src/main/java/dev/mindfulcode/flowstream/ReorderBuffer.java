package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.FeatureReport;
import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.MalformedPayloadException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;

/**
 * Batches that overtook an earlier one of their session. They wait for it up to {@link #GAP_TIMEOUT}, since flow is
 * scored in the order of typing; then they are applied without it.
 *
 * <p>Rows are sealed like any other. Memory: some 100 bytes per batch. Not thread-safe.
 */
final class ReorderBuffer {

    /** By the clock of receipt, from the receipt of the first waiting batch. */
    static final Duration GAP_TIMEOUT = Duration.ofSeconds(10);

    /** Ten full uploads: the queue of an editor that was offline arrives in several at once. */
    static final int BATCHES_PER_SESSION_MAX = 1_024;

    private static final int SESSION_KEY_BYTES = 32;
    private static final int HEADER_BYTES = 1 + 2 * Long.BYTES;
    private static final int AT_RECEIVED_AT_MS = 1;
    private static final byte KEYSTROKES = 0;
    private static final byte FEATURES = 1;
    private static final byte IMPORTED = 2;

    private final SealedStore store;

    /** The waiting sequences of each session, and when each was received. */
    private final Map<Bytes, NavigableMap<Long, Long>> waiting = new HashMap<>();

    ReorderBuffer(SealedStore store) {
        this.store = store;
    }

    /** Returns the keys of the stored batches. */
    List<Bytes> storedKeys() {
        return store.keys();
    }

    /** Restores what is in memory from the stored batches. */
    void restore() {
        for (KeyValue<Bytes, byte[]> row : store.rows()) {
            track(
                    sessionKeyOf(row.key),
                    sequenceOf(row.key),
                    ByteBuffer.wrap(row.value).getLong(AT_RECEIVED_AT_MS));
        }
    }

    /**
     * Stores a batch; false if the session has too many, so that it must skip the gap.
     *
     * @param sinceMs when it was received, by the clock of receipt
     */
    boolean add(Bytes sessionKey, FlowInput.Activity batch, long sinceMs) {
        store.put(key(sessionKey, batch.sequence()), encode(batch));
        return track(sessionKey, batch.sequence(), sinceMs) <= BATCHES_PER_SESSION_MAX;
    }

    private static byte[] encode(FlowInput.Activity batch) {
        return switch (batch) {
            case FlowInput.Keystrokes keystrokes -> {
                byte[] payload = keystrokes.payload().encode();
                yield header(batch, KEYSTROKES, payload.length).put(payload).array();
            }
            case FlowInput.Features features -> {
                FeatureReport report = features.report();
                yield header(batch, FEATURES, 8 * Integer.BYTES + FlowModel.FEATURES * Float.BYTES)
                        .putInt(report.durationMs())
                        .putInt(report.keystrokes())
                        .putInt(report.errors())
                        .putInt(report.contextSwitches())
                        .putInt(report.filesModified())
                        .putInt(report.activeMs())
                        .putFloat(report.rhythm())
                        .putFloat(report.focus())
                        .putFloat(report.consistency())
                        .putFloat(report.errorPenalty())
                        .putFloat(report.velocity())
                        .putInt(report.focusLosses())
                        .putInt(report.lines())
                        .array();
            }
        };
    }

    private static ByteBuffer header(FlowInput.Activity batch, byte kind, int contentBytes) {
        return ByteBuffer.allocate(HEADER_BYTES + contentBytes)
                .put(batch.isImported() ? (byte) (kind | IMPORTED) : kind)
                .putLong(batch.receivedAtMs())
                .putLong(batch.startedAtMs());
    }

    boolean hasBatches(Bytes sessionKey) {
        return waiting.containsKey(sessionKey);
    }

    /** Returns the lowest waiting sequence, or -1 if none waits. */
    long firstSequence(Bytes sessionKey) {
        NavigableMap<Long, Long> batches = waiting.get(sessionKey);
        return batches == null ? -1 : batches.firstKey();
    }

    /**
     * Removes and returns the batch with the lowest sequence; empty if the key of its user is destroyed.
     *
     * @throws PoisonRecordException if it is no longer readable
     */
    Optional<FlowInput.Activity> poll(Bytes sessionKey) {
        NavigableMap<Long, Long> batches = waiting.get(sessionKey);
        if (batches == null) {
            throw new IllegalStateException("Reorder buffer is empty for this session");
        }
        long sequence = batches.pollFirstEntry().getKey();
        if (batches.isEmpty()) {
            waiting.remove(sessionKey);
        }
        Bytes key = key(sessionKey, sequence);
        byte[] row = store.get(key);
        store.delete(key);
        if (row == null) {
            return Optional.empty();
        }
        return Optional.of(decode(sessionKey, sequence, ByteBuffer.wrap(row)));
    }

    private static FlowInput.Activity decode(Bytes sessionKey, long sequence, ByteBuffer row) {
        UUID sessionId = UserStoreKeys.sessionIdOf(sessionKey);
        byte kind = row.get();
        boolean isImported = (kind & IMPORTED) != 0;
        long receivedAtMs = row.getLong();
        long startedAtMs = row.getLong();
        if ((kind & FEATURES) != 0) {
            return new FlowInput.Features(sessionId, sequence, receivedAtMs, isImported, report(startedAtMs, row));
        }
        return new FlowInput.Keystrokes(sessionId, sequence, startedAtMs, receivedAtMs, isImported, payload(row));
    }

    private static KeystrokePayload payload(ByteBuffer row) {
        try {
            return KeystrokePayload.decode(row);
        } catch (MalformedPayloadException e) {
            throw new PoisonRecordException(DeadLetterReason.MALFORMED_PAYLOAD, e);
        }
    }

    private static FeatureReport report(long startedAtMs, ByteBuffer row) {
        int at = row.position();
        int counts = at + 6 * Integer.BYTES;
        int after = counts + FlowModel.FEATURES * Float.BYTES;
        boolean isOfEarlierBuild = row.limit() == after;
        return new FeatureReport(
                startedAtMs,
                row.getInt(at),
                row.getInt(at + 4),
                row.getInt(at + 8),
                row.getInt(at + 12),
                isOfEarlierBuild ? 0 : row.getInt(after),
                isOfEarlierBuild ? 0 : row.getInt(after + 4),
                row.getInt(at + 16),
                row.getInt(at + 20),
                row.getFloat(counts),
                row.getFloat(counts + 4),
                row.getFloat(counts + 8),
                row.getFloat(counts + 12),
                row.getFloat(counts + 16));
    }

    /** Drops what is in memory of a session, but not its rows. */
    void forget(Bytes sessionKey) {
        waiting.remove(sessionKey);
    }

    /** Returns the sessions whose batches have waited long enough. */
    List<Bytes> dueBy(long streamNowMs) {
        return waiting.keySet().stream()
                .filter(sessionKey -> isDue(sessionKey, streamNowMs))
                .toList();
    }

    boolean isDue(Bytes sessionKey, long streamNowMs) {
        NavigableMap<Long, Long> batches = waiting.get(sessionKey);
        if (batches == null) {
            return false;
        }
        long waitedMs = streamNowMs - Collections.min(batches.values());
        // Negative after the clock was set back: how long they have waited is unknown.
        return waitedMs >= GAP_TIMEOUT.toMillis() || waitedMs < 0;
    }

    void delete(UUID userId) {
        delete(UserStoreKeys.prefix(userId));
    }

    void deleteSession(Bytes sessionKey) {
        if (hasBatches(sessionKey)) {
            delete(sessionKey.get());
        }
    }

    private void delete(byte[] prefix) {
        for (Bytes key : store.keysWith(prefix)) {
            store.delete(key);
            waiting.remove(sessionKeyOf(key));
        }
    }

    /** Returns how many batches of the session wait. */
    private int track(Bytes sessionKey, long sequence, long sinceMs) {
        NavigableMap<Long, Long> batches = waiting.computeIfAbsent(sessionKey, _ -> new TreeMap<>());
        batches.put(sequence, sinceMs);
        return batches.size();
    }

    private static Bytes key(Bytes sessionKey, long sequence) {
        return Bytes.wrap(ByteBuffer.allocate(SESSION_KEY_BYTES + Long.BYTES)
                .put(sessionKey.get())
                .putLong(sequence)
                .array());
    }

    private static Bytes sessionKeyOf(Bytes key) {
        return Bytes.wrap(Arrays.copyOf(key.get(), SESSION_KEY_BYTES));
    }

    private static long sequenceOf(Bytes key) {
        return ByteBuffer.wrap(key.get()).getLong(SESSION_KEY_BYTES);
    }
}
