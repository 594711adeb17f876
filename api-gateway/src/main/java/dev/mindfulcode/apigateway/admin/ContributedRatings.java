package dev.mindfulcode.apigateway.admin;

import dev.mindfulcode.apigateway.admin.InstallationEvaluation.AnsweredReading;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.dataprotection.Opened;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.schemas.FlowFeedback;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the ratings of contributing users, and the readings of one model that they answer, from the log. Only events of
 * these users are decrypted, each with a key that its user has at that time. One read of the log; blocking; not
 * thread-safe.
 */
final class ContributedRatings implements AutoCloseable {

    /** Maximum age of the reading that a rating answers: the time after which a session pauses. */
    private static final Duration READING_AGE_MAX = Duration.ofMinutes(5);

    /** A reading that was written to the log later after its time is not found. */
    private static final Duration DELIVERY_TIMEOUT = Duration.ofMinutes(15);

    private static final Duration POLL_TIMEOUT = Duration.ofMillis(200);

    /** A seek discards what was fetched ahead. */
    private static final int FETCH_BYTES_MAX = 128 * 1024;

    /** Ratings below say "not in flow", ratings above "in flow"; it says neither. */
    private static final int NEUTRAL_RATING = 4;

    /** Ends a flow state's model if its intensity includes the personal layer. */
    private static final String PERSONAL = "+personal";

    /**
     * A user who contributes.
     *
     * @param since only later ratings count
     */
    record Contributor(UUID userId, Instant since) {}

    /** The time of ratings, from inclusive, to exclusive. */
    record Period(Instant from, Instant to) {

        boolean contains(Instant at) {
            return !at.isBefore(from) && at.isBefore(to);
        }
    }

    /** Times of records on the log, inclusive. */
    private record Span(long fromMs, long toMs) {}

    private static final class Rating {

        private final int partition;
        private final Instant at;
        private final @Nullable UUID sessionId;
        private final boolean inFlow;
        private @Nullable Instant readAt;
        private @Nullable AnsweredReading answered;

        Rating(int partition, Instant at, @Nullable UUID sessionId, boolean inFlow) {
            this.partition = partition;
            this.at = at;
            this.sessionId = sessionId;
            this.inFlow = inFlow;
        }

        Span span() {
            return new Span(
                    at.minus(READING_AGE_MAX).toEpochMilli(),
                    at.plus(DELIVERY_TIMEOUT).toEpochMilli());
        }

        void offer(FlowState state, double modelIntensity) {
            boolean matches = (sessionId == null || sessionId.equals(state.getSessionId()))
                    && !state.getAt().isAfter(at)
                    && !state.getAt().isBefore(at.minus(READING_AGE_MAX));
            if (matches && (readAt == null || state.getAt().isAfter(readAt))) {
                readAt = state.getAt();
                answered = new AnsweredReading(inFlow, modelIntensity, state.getIntensity());
            }
        }
    }

    private final UserKeys keys;
    private final Consumer<String, byte[]> consumer;
    private final SealedEvents<FlowFeedback> feedback;
    private final SealedEvents<FlowState> states;
    private final Map<String, Contributor> contributors = new LinkedHashMap<>();
    private final Period period;
    private final String modelId;
    private final long deadlineNs;
    private final Map<String, Deque<Rating>> ratings = new LinkedHashMap<>();

    /** @param deadlineNs of {@link System#nanoTime}, after which reading fails with {@link TimeoutException} */
    ContributedRatings(
            KafkaConnection kafka,
            UserKeys keys,
            List<Contributor> contributors,
            Period period,
            String modelId,
            long deadlineNs) {
        this.keys = keys;
        this.period = period;
        this.modelId = modelId;
        this.deadlineNs = deadlineNs;
        for (Contributor contributor : contributors) {
            this.contributors.put(contributor.userId().toString(), contributor);
            ratings.put(contributor.userId().toString(), new ArrayDeque<>());
        }
        consumer = kafka.consumers(
                        new StringDeserializer(),
                        IsolationLevel.READ_COMMITTED,
                        Map.of(
                                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                                FETCH_BYTES_MAX,
                                // Only existing records are read; a fetch that waits for others delays the next seek.
                                ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                                0))
                .createConsumer();
        feedback = new SealedEvents<>(Topics.FLOW_FEEDBACK, kafka.registry());
        states = new SealedEvents<>(Topics.FLOW_STATES, kafka.registry());
    }

    /** Returns the ratings that answer a reading, oldest first, for each contributor who has a key, in their order. */
    List<List<AnsweredReading>> read() {
        Span ever = new Span(period.from().toEpochMilli(), Long.MAX_VALUE);
        for (TopicPartition partition : partitions(Topics.FLOW_FEEDBACK)) {
            scan(partition, List.of(ever), this::addRating);
        }
        Map<Integer, List<Span>> spans = new TreeMap<>();
        ratings.values().stream()
                .flatMap(Deque::stream)
                .sorted(Comparator.comparing(rating -> rating.at))
                .forEach(rating ->
                        addSpan(spans.computeIfAbsent(rating.partition, _ -> new ArrayList<>()), rating.span()));
        spans.forEach((partition, times) ->
                scan(new TopicPartition(Topics.FLOW_STATES.name(), partition), times, this::addReading));
        Set<UUID> present = keys.findAll(
                        contributors.values().stream().map(Contributor::userId).toList())
                .keySet();
        return contributors.entrySet().stream()
                .filter(contributor -> present.contains(contributor.getValue().userId()))
                .map(contributor -> ratings.getOrDefault(contributor.getKey(), new ArrayDeque<>()))
                .map(own -> own.stream()
                        .flatMap(rating -> Optional.ofNullable(rating.answered).stream())
                        .toList())
                .toList();
    }

    /** Adds a span that does not begin before the last one, and joins the two if they overlap. */
    private static void addSpan(List<Span> spans, Span span) {
        Span last = spans.isEmpty() ? null : spans.getLast();
        if (last == null || span.fromMs() > last.toMs()) {
            spans.add(span);
        } else {
            spans.set(spans.size() - 1, new Span(last.fromMs(), span.toMs()));
        }
    }

    private List<TopicPartition> partitions(Topic<?> topic) {
        return consumer.partitionsFor(topic.name(), timeLeft()).stream()
                .map(partition -> new TopicPartition(topic.name(), partition.partition()))
                .toList();
    }

    /** Passes the records of some times to a reader. */
    private void scan(
            TopicPartition partition,
            List<Span> spans,
            java.util.function.Consumer<ConsumerRecord<String, byte[]>> reader) {
        consumer.assign(List.of(partition));
        long end = consumer.endOffsets(List.of(partition), timeLeft()).getOrDefault(partition, 0L);
        long next = 0;
        for (Span span : spans) {
            OffsetAndTimestamp first = consumer.offsetsForTimes(Map.of(partition, span.fromMs()), timeLeft())
                    .get(partition);
            if (first == null) {
                return;
            }
            next = Math.max(first.offset(), next);
            consumer.seek(partition, next);
            next = readTo(partition, span.toMs(), end, reader);
        }
    }

    /** Returns the offset of the first record that was not passed. */
    private long readTo(
            TopicPartition partition,
            long toMs,
            long end,
            java.util.function.Consumer<ConsumerRecord<String, byte[]>> reader) {
        while (consumer.position(partition, timeLeft()) < end) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL_TIMEOUT)) {
                if (record.timestamp() > toMs) {
                    return record.offset();
                }
                reader.accept(record);
            }
        }
        return end;
    }

    private Duration timeLeft() {
        long leftNs = deadlineNs - System.nanoTime();
        if (leftNs <= 0) {
            throw new TimeoutException("Contributed ratings not read in time");
        }
        return Duration.ofNanos(leftNs);
    }

    private void addRating(ConsumerRecord<String, byte[]> record) {
        Contributor contributor = contributors.get(record.key());
        FlowFeedback event = contributor == null ? null : open(feedback, contributor, record.value());
        Deque<Rating> own = ratings.get(record.key());
        if (contributor == null || event == null || own == null) {
            return;
        }
        switch (event.getKind()) {
            case LABELLED -> {
                Integer flow = event.getFlow();
                Instant createdAt = event.getCreatedAt();
                if (flow != null
                        && flow != NEUTRAL_RATING
                        && !event.getImported()
                        && !createdAt.isBefore(contributor.since())
                        && period.contains(createdAt)) {
                    own.add(new Rating(record.partition(), event.getAt(), event.getSessionId(), flow > NEUTRAL_RATING));
                    if (own.size() > InstallationEvaluation.RATINGS_A_USER_MAX) {
                        own.removeFirst();
                    }
                }
            }
            case RESET -> own.clear();
            case UNKNOWN -> {
                // A kind of a newer release.
            }
        }
    }

    private void addReading(ConsumerRecord<String, byte[]> record) {
        Contributor contributor = contributors.get(record.key());
        FlowState state = contributor == null ? null : open(states, contributor, record.value());
        Double intensity = state == null ? null : modelIntensity(state);
        if (state != null && intensity != null && state.getStatus() == SessionStatus.ACTIVE) {
            ratings.getOrDefault(record.key(), new ArrayDeque<>()).forEach(rating -> rating.offer(state, intensity));
        }
    }

    /** Returns the intensity that the model itself gave; null if it was another model, or an older record lacks it. */
    private @Nullable Double modelIntensity(FlowState state) {
        boolean isOwn = state.getModel().equals(modelId);
        if (!isOwn && !state.getModel().equals(modelId + PERSONAL)) {
            return null;
        }
        Float intensity = state.getModelIntensity();
        return intensity != null ? Double.valueOf(intensity) : isOwn ? Double.valueOf(state.getIntensity()) : null;
    }

    private <V extends SpecificRecord> @Nullable V open(
            SealedEvents<V> events, Contributor contributor, byte @Nullable [] value) {
        if (value == null) {
            return null;
        }
        try {
            return events.open(contributor.userId(), value, keys::find) instanceof Opened.Event<V>(V event)
                    ? event
                    : null;
        } catch (SerializationException e) {
            // Other readers skip such a record, too.
            return null;
        }
    }

    @Override
    public void close() {
        // An interrupted close of the consumer fails.
        try (feedback;
                states) {
            consumer.close();
        }
    }
}
