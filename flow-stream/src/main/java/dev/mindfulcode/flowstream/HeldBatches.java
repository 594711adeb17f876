package dev.mindfulcode.flowstream;

import dev.mindfulcode.schemas.KeystrokePayload;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Batches that came before an earlier one of their session: they wait for it, since flow is judged in the order of typing. The tolerance of
 * the stream for disorder is {@link #HELD_MAX}; what does not come by then is late, and those that waited go on without it.
 *
 * <p>Encrypted as they came: a key that is destroyed takes them along. Memory: some 200 bytes a session that waits. Not thread-safe.
 */
final class HeldBatches {

    /** On ingest's clock, from when the first of those that wait was received. */
    static final Duration HELD_MAX = Duration.ofSeconds(10);

    static final int HELD_A_SESSION_MAX = 64;

    private static final int SESSION_KEY_BYTES = 32;
    private static final int HEADER_BYTES = 2 * Long.BYTES + 2 * Integer.BYTES;

    private final KeyValueStore<Bytes, byte[]> store;
    private final PayloadReader payloads;
    private final Map<Bytes, Waiting> waiting = new HashMap<>();

    private record Waiting(long sinceMs, int batches) {}

    HeldBatches(KeyValueStore<Bytes, byte[]> store, PayloadReader payloads) {
        this.store = store;
        this.payloads = payloads;
        try (KeyValueIterator<Bytes, byte[]> rows = store.all()) {
            while (rows.hasNext()) {
                KeyValue<Bytes, byte[]> row = rows.next();
                note(sessionKeyOf(row.key), ByteBuffer.wrap(row.value).getLong(Long.BYTES));
            }
        }
    }

    /** Keeps a batch until its turn; false where too many wait already, so that the session must go on first. */
    boolean hold(Bytes sessionKey, FlowInput.Keystrokes batch) {
        Waiting others = waiting.get(sessionKey);
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
        note(sessionKey, batch.receivedAtMs());
        return others == null || others.batches() < HELD_A_SESSION_MAX;
    }

    boolean hasFor(Bytes sessionKey) {
        return waiting.containsKey(sessionKey);
    }

    /** Returns the sequence of the first batch that waits, -1 where none does. */
    long firstSequence(Bytes sessionKey) {
        KeyValue<Bytes, byte[]> first = first(sessionKey);
        return first == null ? -1 : sequenceOf(first.key);
    }

    /**
     * Takes the first batch that waits; nothing where its user has no key any more.
     *
     * @throws PoisonRecordException where it can no longer be read
     */
    Optional<FlowInput.Keystrokes> take(Bytes sessionKey) {
        KeyValue<Bytes, byte[]> first = first(sessionKey);
        if (first == null) {
            throw new IllegalStateException("no batch waits");
        }
        store.delete(first.key);
        recount(sessionKey);
        ByteBuffer value = ByteBuffer.wrap(first.value);
        long startedAtMs = value.getLong();
        long receivedAtMs = value.getLong();
        int payloadVersion = value.getInt();
        int keystrokes = value.getInt();
        FlowInput.Sealed sealed = new FlowInput.Sealed(value.slice(), payloadVersion, keystrokes);
        Optional<KeystrokePayload> payload = payloads.read(UserKeyed.userIdOf(sessionKey), sealed);
        return payload.map(read -> new FlowInput.Keystrokes(
                UserKeyed.sessionIdOf(sessionKey), sequenceOf(first.key), startedAtMs, receivedAtMs, read, sealed));
    }

    /** Returns the sessions whose batches have waited long enough. */
    List<Bytes> dueBy(long streamNowMs) {
        return waiting.keySet().stream()
                .filter(sessionKey -> isDue(sessionKey, streamNowMs))
                .toList();
    }

    boolean isDue(Bytes sessionKey, long streamNowMs) {
        Waiting those = waiting.get(sessionKey);
        return those != null && those.sinceMs() + HELD_MAX.toMillis() <= streamNowMs;
    }

    void forget(UUID userId) {
        forget(UserKeyed.prefix(userId));
    }

    void forgetSession(Bytes sessionKey) {
        if (hasFor(sessionKey)) {
            forget(sessionKey.get());
        }
    }

    private void forget(byte[] prefix) {
        List<Bytes> keys = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> rows = store.prefixScan(prefix, UserKeyed.PREFIX_SERIALIZER)) {
            rows.forEachRemaining(row -> keys.add(row.key));
        }
        for (Bytes key : keys) {
            store.delete(key);
            waiting.remove(sessionKeyOf(key));
        }
    }

    private void note(Bytes sessionKey, long receivedAtMs) {
        waiting.merge(
                sessionKey,
                new Waiting(receivedAtMs, 1),
                (one, other) -> new Waiting(Math.min(one.sinceMs(), other.sinceMs()), one.batches() + other.batches()));
    }

    private void recount(Bytes sessionKey) {
        waiting.remove(sessionKey);
        try (KeyValueIterator<Bytes, byte[]> rows = store.prefixScan(sessionKey.get(), UserKeyed.PREFIX_SERIALIZER)) {
            rows.forEachRemaining(
                    row -> note(sessionKey, ByteBuffer.wrap(row.value).getLong(Long.BYTES)));
        }
    }

    private @Nullable KeyValue<Bytes, byte[]> first(Bytes sessionKey) {
        if (!hasFor(sessionKey)) {
            return null;
        }
        try (KeyValueIterator<Bytes, byte[]> rows = store.prefixScan(sessionKey.get(), UserKeyed.PREFIX_SERIALIZER)) {
            return rows.hasNext() ? rows.next() : null;
        }
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
