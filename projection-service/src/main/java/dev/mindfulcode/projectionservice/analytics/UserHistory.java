package dev.mindfulcode.projectionservice.analytics;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.flowengine.SeenBatches;
import dev.mindfulcode.pluginhost.Capability;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.MalformedPayloadException;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * One user's own history from the log: of {@code keystrokes} and {@code sessions} the one partition each that is the
 * user's.
 *
 * <p>What was there when the run began is given in order of time. A batch may be received up to 31 days late, so
 * whatever is younger than that is held back; a bounded amount, past which the oldest goes out. What comes afterwards
 * is given as it comes: it may be late, and is in its place when everything is folded anew. Sessions that were deleted
 * are left out; one that is deleted later makes what was given outdated.
 */
final class UserHistory implements RecordSource {

    /** Ingest takes nothing older; an hour for clocks of servers. */
    private static final long LATE_MS_MAX =
            Duration.ofDays(31).plus(Duration.ofHours(1)).toMillis();

    private static final long AHEAD_MS_MAX = Duration.ofSeconds(60).toMillis();

    private static final Duration CLOCKS_APART = Duration.ofHours(1);

    /** Before what was asked for, so that the engine knows what is usual for this user. */
    private static final Duration WARM_UP = Duration.ofDays(31);

    private static final long HELD_BYTES_MAX = 32L << 20;
    private static final int SESSIONS_REMEMBERED = 1_000;
    private static final int DELETED_MAX = 100_000;
    private static final Duration POLL_MAX = Duration.ofMillis(200);

    /** How long a window, or a silence, may still be ended by a batch that is under way. */
    private static final long UNDER_WAY_MS = Duration.ofMinutes(2).toMillis();

    private final RunSpec wanted;
    private final UserKeys keys;
    private final Deserializer<KeystrokeBatch> batches;
    private final Deserializer<SessionEvent> events;
    private final byte[] key;
    private final RecordFeed delivery;
    private final Duration before;
    private final long toMs;

    private final PriorityQueue<BufferedItem> held = new PriorityQueue<>(BufferedItem.ORDER);
    private long heldBytes;
    private final Set<UUID> deleted = new HashSet<>();
    private final Map<UUID, SeenBatches> seen = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, SeenBatches> eldest) {
            return size() > SESSIONS_REMEMBERED;
        }
    };

    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private final Map<TopicPartition, Long> begins = new HashMap<>();
    private final Map<TopicPartition, Long> ends = new HashMap<>();
    private final Map<TopicPartition, Long> clocks = new HashMap<>();
    private boolean deletionsKnown;
    private long deletionsRead;
    private boolean isLive;

    UserHistory(
            RunSpec wanted,
            Set<Capability> imports,
            UserKeys keys,
            Deserializer<KeystrokeBatch> batches,
            Deserializer<SessionEvent> events) {
        this.wanted = wanted;
        this.keys = keys;
        this.batches = batches;
        this.events = events;
        this.key = wanted.userId().toString().getBytes(StandardCharsets.UTF_8);
        this.before = imports.contains(Capability.FLOW_ANALYSIS) ? WARM_UP : CLOCKS_APART;
        Instant from = wanted.from();
        Instant to = wanted.to();
        this.toMs = to == null ? Long.MAX_VALUE : to.toEpochMilli();
        this.delivery =
                new RecordFeed(wanted.zone(), imports, from == null ? Long.MIN_VALUE : from.toEpochMilli(), toMs);
    }

    /** Something of the log that waits for its turn. */
    private record BufferedItem(long atMs, int rank, long offset, int bytes, Item happened) {
        static final Comparator<BufferedItem> ORDER = Comparator.comparingLong(BufferedItem::atMs)
                .thenComparingInt(BufferedItem::rank)
                .thenComparingLong(BufferedItem::offset);
    }

    private sealed interface Item {}

    private record ReceivedBatch(
            UUID batchId, UUID sessionId, long sequence, long startedAtMs, long latestMs, KeystrokePayload payload)
            implements Item {}

    private record ReportedEvent(SessionEvent event) implements Item {}

    @Override
    public ReadState advance(Consumer<byte @Nullable [], byte @Nullable []> consumer, RunFold fold, long deadlineNanos)
            throws RunEndedException {
        UserCipher cipher = keys.find(wanted.userId())
                .orElseThrow(() -> new RunEndedException(RunStatus.STOPPED, "The user's data was erased"));
        if (positions.isEmpty()) {
            locate(consumer);
        }
        if (!deletionsKnown && !readDeletions(consumer, deadlineNanos)) {
            return ReadState.BEHIND;
        }
        consumer.assign(positions.keySet());
        if (isLive) {
            ends.putAll(consumer.endOffsets(positions.keySet()));
        }
        positions.forEach(consumer::seek);
        while (!isAtEnd()) {
            if (System.nanoTime() - deadlineNanos > 0) {
                return ReadState.BEHIND;
            }
            boolean outdated = false;
            for (ConsumerRecord<byte @Nullable [], byte @Nullable []> record : consumer.poll(POLL_MAX)) {
                outdated |= take(record, cipher);
            }
            if (outdated) {
                return ReadState.OUTDATED;
            }
            positions.replaceAll((partition, _) -> consumer.position(partition));
            release(fold, isLive || isAtEnd() ? Long.MAX_VALUE : settledMs());
        }
        release(fold, Long.MAX_VALUE);
        isLive = true;
        return ReadState.CAUGHT_UP;
    }

    private void locate(Consumer<?, ?> consumer) {
        TopicPartition keystrokes = partition(consumer, Topics.KEYSTROKES.name());
        TopicPartition sessions = partition(consumer, Topics.SESSIONS.name());
        List<TopicPartition> both = List.of(keystrokes, sessions);
        consumer.assign(both);
        ends.putAll(consumer.endOffsets(both));
        begins.putAll(consumer.beginningOffsets(both));
        Instant from = wanted.from();
        if (from != null) {
            // What happened then was received then or later, as far as clocks agree.
            Instant receivedFrom = from.minus(before);
            Map<TopicPartition, Long> times = new HashMap<>();
            both.forEach(partition -> times.put(partition, Math.max(0, receivedFrom.toEpochMilli())));
            consumer.offsetsForTimes(times)
                    .forEach((partition, found) ->
                            begins.put(partition, offset(found, ends.getOrDefault(partition, 0L))));
        }
        positions.putAll(begins);
    }

    private static long offset(@Nullable OffsetAndTimestamp found, long end) {
        return found == null ? end : found.offset();
    }

    private TopicPartition partition(Consumer<?, ?> consumer, String topic) {
        return new TopicPartition(
                topic,
                BuiltInPartitioner.partitionForKey(
                        key, consumer.partitionsFor(topic).size()));
    }

    /** Sessions that were deleted up to now, from the beginning: they may have been typed in long before. */
    private boolean readDeletions(Consumer<byte @Nullable [], byte @Nullable []> consumer, long deadlineNanos) {
        TopicPartition sessions = partition(consumer, Topics.SESSIONS.name());
        long end = ends.getOrDefault(sessions, 0L);
        consumer.assign(List.of(sessions));
        consumer.seek(sessions, deletionsRead);
        while (consumer.position(sessions) < end) {
            if (System.nanoTime() - deadlineNanos > 0) {
                return false;
            }
            for (ConsumerRecord<byte @Nullable [], byte @Nullable []> record : consumer.poll(POLL_MAX)) {
                SessionEvent event = isUsers(record) ? read(events, record) : null;
                if (event != null && event.getKind() == SessionEventKind.DELETED && deleted.size() < DELETED_MAX) {
                    deleted.add(event.getSessionId());
                }
            }
            deletionsRead = consumer.position(sessions);
        }
        deletionsKnown = true;
        return true;
    }

    private boolean isAtEnd() {
        return positions.entrySet().stream()
                .allMatch(position -> position.getValue() >= ends.getOrDefault(position.getKey(), 0L));
    }

    /** Returns the time before which nothing can come any more from what has not been read. */
    private long settledMs() {
        long settledMs = Long.MAX_VALUE;
        for (Map.Entry<TopicPartition, Long> position : positions.entrySet()) {
            if (position.getValue() < ends.getOrDefault(position.getKey(), 0L)) {
                long clockMs = clocks.getOrDefault(position.getKey(), Long.MIN_VALUE);
                settledMs = Math.min(settledMs, clockMs == Long.MIN_VALUE ? clockMs : clockMs - LATE_MS_MAX);
            }
        }
        return settledMs;
    }

    /** Returns whether this makes what was given outdated. */
    private boolean take(ConsumerRecord<byte @Nullable [], byte @Nullable []> record, UserCipher cipher) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        clocks.merge(partition, record.timestamp(), Math::max);
        if (!isUsers(record)) {
            return false;
        }
        if (record.topic().equals(Topics.SESSIONS.name())) {
            SessionEvent event = read(events, record);
            if (event == null) {
                return false;
            }
            if (event.getKind() == SessionEventKind.DELETED) {
                return isLive && deleted.add(event.getSessionId());
            }
            hold(new BufferedItem(event.getAt().toEpochMilli(), 0, record.offset(), 200, new ReportedEvent(event)));
            return false;
        }
        KeystrokeBatch batch = read(batches, record);
        ReceivedBatch typed = batch == null ? null : typed(batch, cipher);
        if (typed != null) {
            int bytes = 200 + 9 * typed.payload.keystrokes() + 9 * typed.payload.signals();
            hold(new BufferedItem(typed.startedAtMs, 1, record.offset(), bytes, typed));
        }
        return false;
    }

    private boolean isUsers(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        return record.value() != null && Arrays.equals(record.key(), key);
    }

    /** What cannot be read is on the dead-letter topic already, by whoever reads it for the tables. */
    private static <V> @Nullable V read(
            Deserializer<V> deserializer, ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        try {
            return deserializer.deserialize(record.topic(), record.value());
        } catch (SerializationException e) {
            return null;
        }
    }

    private static @Nullable ReceivedBatch typed(KeystrokeBatch batch, UserCipher cipher) {
        long startedAtMs = batch.getStartedAt().toEpochMilli();
        long receivedAtMs = batch.getReceivedAt().toEpochMilli();
        if (startedAtMs > receivedAtMs + AHEAD_MS_MAX || startedAtMs < receivedAtMs - LATE_MS_MAX) {
            return null;
        }
        try {
            ByteBuffer buffer = batch.getPayload().duplicate();
            byte[] encrypted = new byte[buffer.remaining()];
            buffer.get(encrypted);
            KeystrokePayload payload = KeystrokePayload.decode(
                    cipher.decrypt(encrypted, Topics.KEYSTROKES.name(), batch.getPayloadVersion()));
            return Arrays.stream(payload.intervalsMs()).anyMatch(interval -> interval < 0)
                    ? null
                    : new ReceivedBatch(
                            batch.getBatchId(),
                            batch.getSessionId(),
                            batch.getSequence(),
                            startedAtMs,
                            receivedAtMs + AHEAD_MS_MAX,
                            payload);
        } catch (GeneralSecurityException | MalformedPayloadException e) {
            return null;
        }
    }

    private void hold(BufferedItem item) {
        held.add(item);
        heldBytes += item.bytes;
    }

    private void release(RunFold fold, long beforeMs) throws RunEndedException {
        while (!held.isEmpty() && (held.peek().atMs < beforeMs || heldBytes > HELD_BYTES_MAX)) {
            BufferedItem next = held.remove();
            heldBytes -= next.bytes;
            switch (next.happened) {
                case ReceivedBatch typed -> give(typed, fold);
                case ReportedEvent said -> {
                    if (!deleted.contains(said.event.getSessionId())) {
                        delivery.sessionEvent(said.event, fold);
                    }
                }
            }
        }
    }

    private void give(ReceivedBatch typed, RunFold fold) throws RunEndedException {
        if (deleted.contains(typed.sessionId)
                || !seen.computeIfAbsent(typed.sessionId, _ -> new SeenBatches())
                        .add(typed.batchId)) {
            return;
        }
        delivery.batch(typed.sessionId, typed.sequence, typed.startedAtMs, typed.latestMs, typed.payload, fold);
    }

    @Override
    public void advanceTime(RunFold fold, long nowMs) throws RunEndedException {
        long settledMs = Math.min(nowMs - UNDER_WAY_MS, toMs);
        delivery.advanceTime(settledMs, fold);
        fold.advanceTime(settledMs);
    }

    @Override
    public long scanned() {
        return sum(positions) - sum(begins);
    }

    @Override
    public long total() {
        return sum(ends) - sum(begins);
    }

    private static long sum(Map<TopicPartition, Long> offsets) {
        return offsets.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public String positions() {
        StringBuilder json = new StringBuilder("{");
        positions.forEach((partition, offset) -> json.append(json.length() == 1 ? "" : ", ")
                .append('"')
                .append(partition)
                .append("\": ")
                .append(offset));
        return json.append('}').toString();
    }
}
