package dev.mindfulcode.flowstream;

import dev.mindfulcode.schemas.KeystrokePayload;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
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
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Batches that came before an earlier one of their session: they wait for it, since flow is judged in the order of
 * typing. The tolerance of the stream for disorder is {@link #GAP_TIMEOUT}; what does not come by then is late, and those
 * that waited go on without it.
 *
 * <p>Encrypted as they came: a key that is destroyed takes them along. Memory: some 100 bytes a batch that waits. Not
 * thread-safe.
 */
final class ReorderBuffer {

    /** On ingest's clock, from when the first of those that wait was received. */
    static final Duration GAP_TIMEOUT = Duration.ofSeconds(10);

    /** Ten full uploads: the queue of an editor that was offline comes in several at once. */
    static final int BATCHES_PER_SESSION_MAX = 1_024;

    private static final int SESSION_KEY_BYTES = 32;
    private static final int HEADER_BYTES = 2 * Long.BYTES + 2 * Integer.BYTES;

    private final KeyValueStore<Bytes, byte[]> store;
    private final PayloadReader payloads;

    /** For each session the sequences that wait, and since when each does. */
    private final Map<Bytes, NavigableMap<Long, Long>> waiting = new HashMap<>();

    ReorderBuffer(KeyValueStore<Bytes, byte[]> store, PayloadReader payloads) {
        this.store = store;
        this.payloads = payloads;
        try (KeyValueIterator<Bytes, byte[]> rows = store.all()) {
            while (rows.hasNext()) {
                KeyValue<Bytes, byte[]> row = rows.next();
                note(
                        sessionKeyOf(row.key),
                        sequenceOf(row.key),
                        ByteBuffer.wrap(row.value).getLong(Long.BYTES));
            }
        }
    }

    /**
     * Keeps a batch until its turn; false where too many wait, so that the session must go on first.
     *
     * @param sinceMs when it was received, by the stream's clock
     */
    boolean add(Bytes sessionKey, FlowInput.Keystrokes batch, long sinceMs) {
        ByteBuffer payload = batch.sealed().payload().duplicate();
        store.put(
                key(sessionKey, batch.sequence()),
                ByteBuffer.allocate(HEADER_BYTES + payload.remaining())
                        .putLong(batch.startedAtMs())
                        .putLong(batch.receivedAtMs())
                        .putInt(batch.sealed().payloadVersion())
                        .putInt(batch.sealed().keystrokes())
                        .put(payload)
                        .array());
        return note(sessionKey, batch.sequence(), sinceMs) <= BATCHES_PER_SESSION_MAX;
    }

    boolean hasBatches(Bytes sessionKey) {
        return waiting.containsKey(sessionKey);
    }

    /** Returns the sequence of the first batch that waits, -1 where none does. */
    long firstSequence(Bytes sessionKey) {
        NavigableMap<Long, Long> batches = waiting.get(sessionKey);
        return batches == null ? -1 : batches.firstKey();
    }

    /**
     * Takes the first batch that waits; nothing where its user has no key any more.
     *
     * @throws PoisonRecordException where it can no longer be read
     */
    Optional<FlowInput.Keystrokes> poll(Bytes sessionKey) {
        NavigableMap<Long, Long> batches = waiting.get(sessionKey);
        if (batches == null) {
            throw new IllegalStateException("no batch waits");
        }
        long sequence = batches.pollFirstEntry().getKey();
        if (batches.isEmpty()) {
            waiting.remove(sessionKey);
        }
        ByteBuffer value = ByteBuffer.wrap(store.delete(key(sessionKey, sequence)));
        long startedAtMs = value.getLong();
        long receivedAtMs = value.getLong();
        int payloadVersion = value.getInt();
        int keystrokes = value.getInt();
        FlowInput.Sealed sealed = new FlowInput.Sealed(value.slice(), payloadVersion, keystrokes);
        Optional<KeystrokePayload> payload = payloads.read(UserStoreKeys.userIdOf(sessionKey), sealed);
        return payload.map(read -> new FlowInput.Keystrokes(
                UserStoreKeys.sessionIdOf(sessionKey), sequence, startedAtMs, receivedAtMs, read, sealed));
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
        // Received later than now: the clock was set back, and how long they have waited is not known.
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
        List<Bytes> keys = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> rows = store.prefixScan(prefix, UserStoreKeys.PREFIX_SERIALIZER)) {
            rows.forEachRemaining(row -> keys.add(row.key));
        }
        for (Bytes key : keys) {
            store.delete(key);
            waiting.remove(sessionKeyOf(key));
        }
    }

    /** Returns how many batches of the session wait. */
    private int note(Bytes sessionKey, long sequence, long sinceMs) {
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
