package dev.mindfulcode.apigateway.deadletters;

import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.Outbox;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.r2dbc.spi.Readable;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Sends rejected records to the end of their topic again, with the bytes that they had. A record is redriven once, as
 * its mark and the event in the outbox are of one transaction; the copy passes the same checks as any record. If it is
 * rejected again, its new letter can be redriven.
 */
final class DeadLetterRedrive {

    private static final Logger log = LoggerFactory.getLogger(DeadLetterRedrive.class);

    private static final String MARK = """
            INSERT INTO gateway.redriven_dead_letters (topic, log_partition, log_offset)
            VALUES (:topic, :partition, :offset) ON CONFLICT DO NOTHING""";

    /** Letters are stored for 28 days; their marks until no letter can be left. */
    private static final String DELETE_EXPIRED =
            "DELETE FROM gateway.redriven_dead_letters WHERE redriven_at < clock_timestamp() - interval '60 days'";

    private static final String MARKED = """
            SELECT topic, log_partition, log_offset FROM gateway.redriven_dead_letters
            JOIN unnest(CAST(:topics AS text[]), CAST(:partitions AS int[]), CAST(:offsets AS bigint[]))
                AS letters (topic, log_partition, log_offset) USING (topic, log_partition, log_offset)""";

    /** Progress of a letter's redrive. */
    enum State {
        /** It can be redriven. */
        OPEN,
        REDRIVEN,
        /** Its user was erased: nobody can read it any more. */
        ERASED,
        NOT_REDRIVABLE
    }

    /** The position of the rejected record, which letters that were stored twice share. */
    private record Origin(String topic, int partition, long offset) {

        static Origin of(StoredDeadLetter letter) {
            return new Origin(
                    letter.topic(),
                    letter.letter().getPartition(),
                    letter.letter().getOffset());
        }

        static Origin of(Readable row) {
            return new Origin(
                    Objects.requireNonNull(row.get(0, String.class)),
                    Objects.requireNonNull(row.get(1, Integer.class)),
                    Objects.requireNonNull(row.get(2, Long.class)));
        }
    }

    record LetterState(StoredDeadLetter letter, State state) {}

    private final Database database;
    private final Outbox outbox;
    private final AsyncUserCiphers ciphers;
    private final Counter redriven;

    DeadLetterRedrive(Database database, Outbox outbox, AsyncUserCiphers ciphers, MeterRegistry meters) {
        this.database = database;
        this.outbox = outbox;
        this.ciphers = ciphers;
        redriven = Counter.builder("mindful.gateway.dead.letters.redriven")
                .description("Dead letters that were redriven")
                .register(meters);
    }

    /** Emits the state of each letter, in their order. */
    Mono<List<LetterState>> states(List<StoredDeadLetter> letters) {
        Set<UUID> users = new HashSet<>();
        letters.forEach(letter -> {
            UUID user = letter.userId();
            if (user != null) {
                users.add(user);
            }
        });
        return Mono.zip(marked(letters), ciphers.findAll(users))
                .map(known -> letters.stream()
                        .map(letter -> new LetterState(
                                letter,
                                state(letter, known.getT1(), known.getT2().keySet())))
                        .toList());
    }

    private static State state(StoredDeadLetter letter, Set<Origin> marked, Set<UUID> usersWithKey) {
        if (letter.obstacle() != null) {
            return State.NOT_REDRIVABLE;
        }
        if (marked.contains(Origin.of(letter))) {
            return State.REDRIVEN;
        }
        return usersWithKey.contains(letter.userId()) ? State.OPEN : State.ERASED;
    }

    private Mono<Set<Origin>> marked(List<StoredDeadLetter> letters) {
        List<Origin> origins = letters.stream().map(Origin::of).toList();
        return database.sql(MARKED)
                .bind("topics", origins.stream().map(Origin::topic).toArray(String[]::new))
                .bind("partitions", origins.stream().map(Origin::partition).toArray(Integer[]::new))
                .bind("offsets", origins.stream().map(Origin::offset).toArray(Long[]::new))
                .map(row -> Origin.of(row))
                .all()
                .collect(Collectors.toSet());
    }

    /**
     * Redrives the open ones in one transaction, and emits for each letter the state in which it was before: {@code
     * OPEN} for those that are redriven now.
     */
    Mono<List<LetterState>> redrive(List<StoredDeadLetter> letters) {
        return states(letters)
                .flatMap(states -> database.inTransaction(Flux.fromIterable(states)
                                .concatMap(this::redriveOpen)
                                .collectList()
                                .flatMap(done ->
                                        database.sql(DELETE_EXPIRED).then().thenReturn(done)))
                        .doOnNext(done -> {
                            done.stream()
                                    .filter(one -> one.state() == State.OPEN)
                                    .forEach(one -> recordRedriven(one.letter()));
                            outbox.wakeRelay();
                        }));
    }

    private Mono<LetterState> redriveOpen(LetterState one) {
        UUID userId = one.letter().userId();
        byte[] value = one.letter().value();
        if (one.state() != State.OPEN || userId == null || value == null) {
            return Mono.just(one);
        }
        Origin origin = Origin.of(one.letter());
        return database.sql(MARK)
                .bind("topic", origin.topic())
                .bind("partition", origin.partition())
                .bind("offset", origin.offset())
                .fetch()
                .rowsUpdated()
                .flatMap(rows -> rows == 0
                        ? Mono.just(new LetterState(one.letter(), State.REDRIVEN))
                        : outbox.add(origin.topic(), userId, value).thenReturn(one));
    }

    /** The audit line: what was redriven, not whose. */
    private void recordRedriven(StoredDeadLetter letter) {
        redriven.increment();
        log.info(
                "Dead letter redriven: id={}, topic={}, partition={}, offset={}, component={}, reason={}",
                letter.id(),
                letter.topic(),
                letter.letter().getPartition(),
                letter.letter().getOffset(),
                letter.component(),
                letter.reason());
    }
}
