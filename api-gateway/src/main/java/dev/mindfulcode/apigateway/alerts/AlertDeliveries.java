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
 * The queue of alerts for webhooks: rows of {@code gateway.team_alerts}. An abandoned delivery becomes a dead letter in
 * the same transaction.
 */
final class AlertDeliveries implements DeliveryQueue {

    static final String COMPONENT = "webhooks";

    /** An attempt farther away than any retry delay was scheduled by a clock that was set back since: it is due. */
    private static final String TAKE = """
            UPDATE gateway.team_alerts a
            SET attempts = a.attempts + 1, next_attempt_at = clock_timestamp() + make_interval(secs => :hidden)
            FROM gateway.team_alert_rules r
            WHERE r.rule_id = a.rule_id AND a.alert_id = ANY (ARRAY(
                SELECT alert_id FROM gateway.team_alerts
                WHERE next_attempt_at NOT BETWEEN clock_timestamp() AND clock_timestamp() + make_interval(days => 1)
                ORDER BY next_attempt_at LIMIT :max FOR UPDATE SKIP LOCKED))
            RETURNING a.*, r.channel, r.sealed_target""";

    private static final String GIVE_UP = """
            UPDATE gateway.team_alerts SET next_attempt_at = NULL, given_up_at = clock_timestamp(), failure = :failure
            WHERE alert_id = :alert RETURNING team_id, log_partition, log_offset""";

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
        TeamAlertView view = TeamAlertView.of(AlertRows.alert(row), null);
        return new DueDelivery(
                Objects.requireNonNull(row.get("alert_id", UUID.class)),
                Objects.requireNonNull(row.get("rule_id", UUID.class)),
                Objects.requireNonNull(row.get("sealed_target", byte[].class)),
                body(view),
                Objects.requireNonNull(row.get("attempts", Integer.class)));
    }

    /** Returns type, time and data, as Standard Webhooks recommends. */
    private static byte[] body(@Nullable TeamAlertView view) {
        return view == null
                ? "{\"type\":\"team_alert\"}".getBytes(StandardCharsets.UTF_8)
                : Json.bytes(new Message("team_alert", view.to(), view));
    }

    @Override
    public Mono<Void> delivered(UUID messageId) {
        return database.sql("""
                        UPDATE gateway.team_alerts
                        SET next_attempt_at = NULL, delivered_at = clock_timestamp(), failure = NULL
                        WHERE alert_id = :alert""").bind("alert", messageId).then();
    }

    @Override
    public Mono<Void> failed(UUID messageId, String kind, Duration nextAttemptIn) {
        return database.sql("""
                        UPDATE gateway.team_alerts
                        SET failure = :failure, next_attempt_at = clock_timestamp() + make_interval(secs => :wait)
                        WHERE alert_id = :alert""")
                .bind("failure", kind)
                .bind("wait", nextAttemptIn.toMillis() / 1_000.0)
                .bind("alert", messageId)
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

    /** Returns a dead letter with the alert's position instead of its value. */
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
