package dev.mindfulcode.projectionservice.analytics;

import dev.mindfulcode.dataprotection.Opened;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.flowengine.SeenBatches;
import dev.mindfulcode.pluginhost.Capability;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.MalformedPayloadException;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.Topics;
import java.nio.charset.StandardCharsets;
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
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * One user's history from the log: the user's partition of {@code keystrokes} and of {@code sessions}.
 *
 * <p>Existing records are delivered in order of time. Ingest accepts batches up to 31 days late, so younger records are
 * buffered, up to a bound beyond which the oldest is delivered. Records that arrive later are delivered at once,
 * possibly out of order; they are in order when everything is folded again. Deleted sessions are left out; a later
 * deletion makes the delivered records outdated.
 */
final class UserHistory implements RecordSource {

    /** Maximum age of a batch at ingest, plus an hour for differing server clocks. */
    private static final long MAX_LATENESS_MS =
            Duration.ofDays(31).plus(Duration.ofHours(1)).toMillis();

    private static final long MAX_AHEAD_MS = Duration.ofSeconds(60).toMillis();

    private static final Duration CLOCK_TOLERANCE = Duration.ofHours(1);

    /** History before the requested range from which the engine learns the user's baselines. */
    private static final Duration WARM_UP = Duration.ofDays(31);

    private static final long BUFFER_BYTES_MAX = 32L << 20;
    private static final int SESSIONS_MAX = 1_000;
    private static final int DELETED_MAX = 100_000;
    private static final Duration POLL_TIMEOUT = Duration.ofMillis(200);

    /** Delay before a window or session is ended by the clock, for batches in transit. */
    private static final long IN_TRANSIT_MS = Duration.ofMinutes(2).toMillis();

    private final RunSpec spec;
    private final UserKeys keys;
    private final SealedEvents<KeystrokeBatch> batches;
    private final SealedEvents<SessionEvent> events;
    private final byte[] key;
    private final RecordFeed feed;
    private final Duration before;
    private final long toMs;

    private final PriorityQueue<BufferedItem> buffer = new PriorityQueue<>(BufferedItem.ORDER);
    private long bufferedBytes;
    private final Set<UUID> deleted = new HashSet<>();
    private final Map<UUID, SeenBatches> seen = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, SeenBatches> eldest) {
            return size() > SESSIONS_MAX;
        }
    };

    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private final Map<TopicPartition, Long> begins = new HashMap<>();
    private final Map<TopicPartition, Long> ends = new HashMap<>();
    private final Map<TopicPartition, Long> clocks = new HashMap<>();
    private boolean areDeletionsKnown;
    private long deletionsRead;
    private boolean isLive;

    /** Imported records are older than their neighbours in the log: nothing is settled before its end. */
    private boolean hasImported;

    UserHistory(
            RunSpec spec,
            Set<Capability> imports,
            UserKeys keys,
            SealedEvents<KeystrokeBatch> batches,
            SealedEvents<SessionEvent> events) {
        this.spec = spec;
        this.keys = keys;
        this.batches = batches;
        this.events = events;
        this.key = spec.userId().toString().getBytes(StandardCharsets.UTF_8);
        this.before = imports.contains(Capability.FLOW_ANALYSIS) ? WARM_UP : CLOCK_TOLERANCE;
        Instant from = spec.from();
        Instant to = spec.to();
        this.toMs = to == null ? Long.MAX_VALUE : to.toEpochMilli();
        this.feed = new RecordFeed(spec.zone(), imports, from == null ? Long.MIN_VALUE : from.toEpochMilli(), toMs);
    }

    /** A record that waits for its place in the order of time. */
    private record BufferedItem(long atMs, int rank, long offset, int bytes, Item item) {
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
        if (keys.find(spec.userId()).isEmpty()) {
            throw new RunEndedException(RunStatus.STOPPED, "The user's data was erased");
        }
        if (positions.isEmpty()) {
            locate(consumer);
        }
        if (!areDeletionsKnown && !readDeletions(consumer, deadlineNanos)) {
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
            for (ConsumerRecord<byte @Nullable [], byte @Nullable []> record : consumer.poll(POLL_TIMEOUT)) {
                outdated |= buffer(record);
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
        Instant from = spec.from();
        if (from != null) {
            // Kafka timestamps are receive times, which are later than event times.
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

    /**
     * Reads all deletions from the first record: a deleted session may be old. Returns false if the deadline passed.
     */
    private boolean readDeletions(Consumer<byte @Nullable [], byte @Nullable []> consumer, long deadlineNanos) {
        TopicPartition sessions = partition(consumer, Topics.SESSIONS.name());
        long end = ends.getOrDefault(sessions, 0L);
        consumer.assign(List.of(sessions));
        consumer.seek(sessions, deletionsRead);
        while (consumer.position(sessions) < end) {
            if (System.nanoTime() - deadlineNanos > 0) {
                return false;
            }
            for (ConsumerRecord<byte @Nullable [], byte @Nullable []> record : consumer.poll(POLL_TIMEOUT)) {
                SessionEvent event = isOfUser(record) ? open(events, record) : null;
                if (event != null && event.getKind() == SessionEventKind.DELETED && deleted.size() < DELETED_MAX) {
                    deleted.add(event.getSessionId());
                }
            }
            deletionsRead = consumer.position(sessions);
        }
        areDeletionsKnown = true;
        return true;
    }

    private boolean isAtEnd() {
        return positions.entrySet().stream()
                .allMatch(position -> position.getValue() >= ends.getOrDefault(position.getKey(), 0L));
    }

    /** Returns the time before which no unread record can be. */
    private long settledMs() {
        if (hasImported) {
            return Long.MIN_VALUE;
        }
        long settledMs = Long.MAX_VALUE;
        for (Map.Entry<TopicPartition, Long> position : positions.entrySet()) {
            if (position.getValue() < ends.getOrDefault(position.getKey(), 0L)) {
                long clockMs = clocks.getOrDefault(position.getKey(), Long.MIN_VALUE);
                settledMs = Math.min(settledMs, clockMs == Long.MIN_VALUE ? clockMs : clockMs - MAX_LATENESS_MS);
            }
        }
        return settledMs;
    }

    /** Buffers a record; returns whether it makes delivered records outdated. */
    private boolean buffer(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        clocks.merge(partition, record.timestamp(), Math::max);
        if (!isOfUser(record)) {
            return false;
        }
        if (record.topic().equals(Topics.SESSIONS.name())) {
            SessionEvent event = open(events, record);
            if (event == null) {
                return false;
            }
            if (event.getKind() == SessionEventKind.DELETED) {
                return isLive && deleted.add(event.getSessionId());
            }
            hasImported |= event.getImported();
            add(new BufferedItem(event.getAt().toEpochMilli(), 0, record.offset(), 200, new ReportedEvent(event)));
            return false;
        }
        KeystrokeBatch opened = open(batches, record);
        ReceivedBatch batch = opened == null ? null : received(opened);
        if (opened != null && batch != null) {
            hasImported |= opened.getImported();
            int bytes = 200 + 9 * batch.payload.keystrokes() + 9 * batch.payload.signals();
            add(new BufferedItem(batch.startedAtMs, 1, record.offset(), bytes, batch));
        }
        return false;
    }

    private boolean isOfUser(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        return record.value() != null && Arrays.equals(record.key(), key);
    }

    /**
     * Returns null for an undecodable record; flow-stream and the projections have stored it as a dead letter. Looks up
     * the key each time, so that nothing is opened after an erasure is in force.
     */
    private <V extends SpecificRecord> @Nullable V open(
            SealedEvents<V> topic, ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        byte[] value = record.value();
        try {
            return value != null && topic.open(spec.userId(), value, keys::find) instanceof Opened.Event<V>(V event)
                    ? event
                    : null;
        } catch (SerializationException e) {
            return null;
        }
    }

    private static @Nullable ReceivedBatch received(KeystrokeBatch batch) {
        long startedAtMs = batch.getStartedAt().toEpochMilli();
        long receivedAtMs = batch.getReceivedAt().toEpochMilli();
        if (startedAtMs > receivedAtMs + MAX_AHEAD_MS || startedAtMs < receivedAtMs - MAX_LATENESS_MS) {
            return null;
        }
        try {
            KeystrokePayload payload = KeystrokePayload.decode(batch.getPayload());
            return Arrays.stream(payload.intervalsMs()).anyMatch(interval -> interval < 0)
                    ? null
                    : new ReceivedBatch(
                            batch.getBatchId(),
                            batch.getSessionId(),
                            batch.getSequence(),
                            startedAtMs,
                            receivedAtMs + MAX_AHEAD_MS,
                            payload);
        } catch (MalformedPayloadException e) {
            return null;
        }
    }

    private void add(BufferedItem item) {
        buffer.add(item);
        bufferedBytes += item.bytes;
    }

    private void release(RunFold fold, long beforeMs) throws RunEndedException {
        while (!buffer.isEmpty() && (buffer.peek().atMs < beforeMs || bufferedBytes > BUFFER_BYTES_MAX)) {
            BufferedItem next = buffer.remove();
            bufferedBytes -= next.bytes;
            switch (next.item) {
                case ReceivedBatch batch -> deliver(batch, fold);
                case ReportedEvent reported -> {
                    if (!deleted.contains(reported.event.getSessionId())) {
                        feed.sessionEvent(reported.event, fold);
                    }
                }
            }
        }
    }

    private void deliver(ReceivedBatch batch, RunFold fold) throws RunEndedException {
        if (deleted.contains(batch.sessionId)
                || !seen.computeIfAbsent(batch.sessionId, _ -> new SeenBatches())
                        .add(batch.batchId)) {
            return;
        }
        feed.batch(batch.sessionId, batch.sequence, batch.startedAtMs, batch.latestMs, batch.payload, fold);
    }

    @Override
    public void advanceTime(RunFold fold, long nowMs) throws RunEndedException {
        long settledMs = Math.min(nowMs - IN_TRANSIT_MS, toMs);
        feed.advanceTime(settledMs, fold);
        fold.advanceTime(settledMs);
    }

    @Override
    public void close() {
        batches.close();
        events.close();
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
