package dev.mindfulcode.apigateway.alerts;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.Outbox;
import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webhooks.DeliveryQueue;
import dev.mindfulcode.webkit.json.Json;
import io.r2dbc.spi.Readable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Alerts that go to webhooks: rows of {@code gateway.team_alerts}. What is given up becomes a dead letter in the same
 * transaction.
 */
final class AlertDeliveries implements DeliveryQueue {

    static final String COMPONENT = "webhooks";

    /** What would wait for longer than any retry delay was scheduled by a clock that was set back since: it is due. */
    private static final String TAKE = """
            update gateway.team_alerts a
            set attempts = a.attempts + 1, next_attempt_at = clock_timestamp() + make_interval(secs => :hidden)
            from gateway.team_alert_rules r
            where r.rule_id = a.rule_id and a.alert_id = any(array(
                select alert_id from gateway.team_alerts
                where next_attempt_at not between clock_timestamp() and clock_timestamp() + make_interval(days => 1)
                order by next_attempt_at limit :max for update skip locked))
            returning a.*, r.channel, r.sealed_target""";

    private static final String GIVE_UP = """
            update gateway.team_alerts set next_attempt_at = null, given_up_at = clock_timestamp(), failure = :failure
            where alert_id = :alert returning team_id, log_partition, log_offset""";

    private final Database database;
    private final EventPublisher log;
    private final Outbox outbox;
    private final Clock clock;

    AlertDeliveries(Database database, EventPublisher log, Outbox outbox, Clock clock) {
        this.database = database;
        this.log = log;
        this.outbox = outbox;
        this.clock = clock;
    }

    @Override
    public Mono<List<DueDelivery>> take(int countMax, Duration hiddenFor) {
        return database.sql(TAKE)
                .bind("hidden", hiddenFor.toMillis() / 1_000.0)
                .bind("max", countMax)
                .map(AlertDeliveries::due)
                .all()
                .collectList();
    }

    private static DueDelivery due(Readable row) {
        TeamAlertView note = TeamAlertView.of(AlertRows.alert(row), null);
        return new DueDelivery(
                Objects.requireNonNull(row.get("alert_id", UUID.class)),
                Objects.requireNonNull(row.get("rule_id", UUID.class)),
                Objects.requireNonNull(row.get("sealed_target", byte[].class)),
                body(note),
                Objects.requireNonNull(row.get("attempts", Integer.class)));
    }

    /** As Standard Webhooks recommends it: type, time and data. */
    private static byte[] body(@Nullable TeamAlertView note) {
        return note == null
                ? "{\"type\":\"team_alert\"}".getBytes(StandardCharsets.UTF_8)
                : Json.bytes(new Message("team_alert", note.to(), note));
    }

    @Override
    public Mono<Void> delivered(UUID messageId) {
        return database.sql("update gateway.team_alerts set next_attempt_at = null, delivered_at = clock_timestamp(),"
                        + " failure = null where alert_id = :alert")
                .bind("alert", messageId)
                .fetch()
                .rowsUpdated()
                .then();
    }

    @Override
    public Mono<Void> failed(UUID messageId, String kind, Duration nextAttemptIn) {
        return database.sql("update gateway.team_alerts set failure = :failure,"
                        + " next_attempt_at = clock_timestamp() + make_interval(secs => :wait) where alert_id = :alert")
                .bind("failure", kind)
                .bind("wait", nextAttemptIn.toMillis() / 1_000.0)
                .bind("alert", messageId)
                .fetch()
                .rowsUpdated()
                .then();
    }

    @Override
    public Mono<Void> abandoned(UUID messageId, String kind) {
        return database.inTransaction(database.sql(GIVE_UP)
                        .bind("failure", kind)
                        .bind("alert", messageId)
                        .map(row -> new GivenUp(
                                Objects.requireNonNull(row.get("team_id", UUID.class)),
                                Objects.requireNonNull(row.get("log_partition", Integer.class)),
                                Objects.requireNonNull(row.get("log_offset", Long.class))))
                        .one()
                        .flatMap(gone -> log.encode(Topics.DEAD_LETTERS, letter(gone, kind))
                                .flatMap(value -> outbox.add(Topics.DEAD_LETTERS.name(), gone.teamId(), value))
                                .thenReturn(true)))
                .doOnSuccess(_ -> outbox.wakeRelay())
                .then();
    }

    /** Without the value, which is on the log where the letter says. */
    private DeadLetter letter(GivenUp gone, String kind) {
        return DeadLetter.newBuilder()
                .setTopic(Topics.TEAM_ALERTS.name())
                .setPartition(gone.partition())
                .setOffset(gone.offset())
                .setComponent(COMPONENT)
                .setReason("undeliverable: " + kind)
                .setFailedAt(clock.instant().truncatedTo(ChronoUnit.MILLIS))
                .setKey(ByteBuffer.wrap(gone.teamId().toString().getBytes(StandardCharsets.UTF_8)))
                .build();
    }

    private record GivenUp(UUID teamId, int partition, long offset) {}

    private record Message(String type, Instant timestamp, TeamAlertView data) {}
}
