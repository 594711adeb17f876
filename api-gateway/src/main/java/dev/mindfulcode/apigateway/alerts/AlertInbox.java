package dev.mindfulcode.apigateway.alerts;

import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.GroupListenerContainer;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.identity.teams.TeamPlans;
import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.SchemaRegistryUnavailableException;
import dev.mindfulcode.schemas.TeamAlert;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.listener.BatchMessageListener;

/**
 * Stores the committed alerts of teams: each in one row, however often it is read. One gateway of the group reads a
 * partition, and commits an offset after its rows. Alerts of deleted rules, and of teams that are no longer on the
 * premium plan, are skipped.
 */
final class AlertInbox implements BatchMessageListener<byte[], byte[]> {

    static final String GROUP = Topics.TEAM_ALERT_GROUP;

    private static final int RECORDS_PER_POLL_MAX = 200;
    private static final int QUERY_TIMEOUT_SECONDS = 5;

    private static final String INSERT = """
            INSERT INTO gateway.team_alerts (alert_id, rule_id, team_id, indicator, value, low, high, threshold,
                reference, data_points, recent_days, from_at, to_at, log_partition, log_offset, next_attempt_at)
            SELECT ?, r.rule_id, r.team_id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                CASE WHEN r.channel = 'webhook' THEN clock_timestamp() END
            FROM gateway.team_alert_rules r WHERE r.rule_id = ? AND r.team_id = ?
            ON CONFLICT (alert_id) DO NOTHING""";
    private static final String DELETE_EXPIRED =
            "DELETE FROM gateway.team_alerts WHERE received_at < clock_timestamp() - interval '90 days'";
    private static final String TO_OUTBOX =
            "INSERT INTO gateway.outbox (topic, record_key, record_value) VALUES (?, ?, ?)";

    private final DataSource database;
    private final EventPublisher publisher;
    private final Runnable arrived;
    private final Clock clock;
    private final Deserializer<TeamAlert> alerts;

    /** @param arrived runs after alerts were stored */
    AlertInbox(SchemaRegistry registry, DataSource database, EventPublisher publisher, Runnable arrived, Clock clock) {
        this.database = database;
        this.publisher = publisher;
        this.arrived = arrived;
        this.clock = clock;
        this.alerts = Topics.TEAM_ALERTS.valueSerde(registry).deserializer();
    }

    /** Returns the container that reads the topic; it commits the offsets of a batch after its rows. */
    static GroupListenerContainer<byte[], byte[]> container(KafkaConnection kafka, AlertInbox inbox) {
        return new GroupListenerContainer<>(
                GROUP,
                kafka.consumers(
                        new ByteArrayDeserializer(),
                        IsolationLevel.READ_COMMITTED,
                        Map.of(
                                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                                "earliest",
                                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                                RECORDS_PER_POLL_MAX)),
                Topics.TEAM_ALERTS.name(),
                inbox);
    }

    @Override
    public void onMessage(List<ConsumerRecord<byte[], byte[]>> records) {
        try {
            store(records);
        } catch (SQLException e) {
            throw new IllegalStateException("Storing team alerts failed: " + e.getMessage(), e);
        }
        arrived.run();
    }

    private void store(List<ConsumerRecord<byte[], byte[]>> records) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement insert = prepare(connection, INSERT);
                    PreparedStatement outbox = prepare(connection, TO_OUTBOX);
                    PreparedStatement expired = prepare(connection, DELETE_EXPIRED)) {
                Map<ConsumerRecord<byte[], byte[]>, Optional<TeamAlert>> read = new LinkedHashMap<>();
                records.forEach(record -> read.put(record, Optional.ofNullable(read(record))));
                Set<UUID> premium = TeamPlans.premium(connection, teams(read.values()));
                for (var entry : read.entrySet()) {
                    ConsumerRecord<byte[], byte[]> record = entry.getKey();
                    TeamAlert alert = entry.getValue().orElse(null);
                    if (alert == null) {
                        outbox.setString(1, Topics.DEAD_LETTERS.name());
                        outbox.setString(2, text(record.key()));
                        outbox.setBytes(
                                3,
                                Objects.requireNonNull(publisher
                                        .encode(Topics.DEAD_LETTERS, letter(record))
                                        .block()));
                        outbox.executeUpdate();
                    } else if (premium.contains(alert.getTeamId())) {
                        bind(insert, alert, record);
                        insert.executeUpdate();
                    }
                }
                expired.executeUpdate();
            }
            connection.commit();
        }
    }

    private static Set<UUID> teams(Collection<Optional<TeamAlert>> alerts) {
        return alerts.stream()
                .flatMap(Optional::stream)
                .map(TeamAlert::getTeamId)
                .collect(Collectors.toSet());
    }

    /**
     * Returns null for a record that is not an alert. An unavailable registry says nothing about a record: it throws.
     */
    private @Nullable TeamAlert read(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return null;
        }
        try {
            TeamAlert alert = alerts.deserialize(Topics.TEAM_ALERTS.name(), record.value());
            return TeamAlertView.isPlausible(alert) ? alert : null;
        } catch (SchemaRegistryUnavailableException e) {
            throw e;
        } catch (SerializationException e) {
            return null;
        }
    }

    private static void bind(PreparedStatement insert, TeamAlert alert, ConsumerRecord<byte[], byte[]> record)
            throws SQLException {
        int at = 0;
        insert.setObject(++at, alert.getAlertId());
        insert.setString(++at, alert.getIndicator());
        insert.setDouble(++at, alert.getValue());
        insert.setDouble(++at, alert.getLow());
        insert.setDouble(++at, alert.getHigh());
        insert.setDouble(++at, alert.getThreshold());
        insert.setDouble(++at, alert.getReference());
        insert.setInt(++at, alert.getDataPoints());
        insert.setInt(++at, alert.getRecentDays());
        setTime(insert, ++at, alert.getFrom());
        setTime(insert, ++at, alert.getTo());
        insert.setInt(++at, record.partition());
        insert.setLong(++at, record.offset());
        insert.setObject(++at, alert.getRuleId());
        insert.setObject(++at, alert.getTeamId());
    }

    private static void setTime(PreparedStatement statement, int at, Instant time) throws SQLException {
        statement.setObject(at, time.atOffset(ZoneOffset.UTC), Types.TIMESTAMP_WITH_TIMEZONE);
    }

    private DeadLetter letter(ConsumerRecord<byte[], byte[]> record) {
        DeadLetter letter = new DeadLetter();
        letter.setTopic(record.topic());
        letter.setPartition(record.partition());
        letter.setOffset(record.offset());
        letter.setComponent(AlertDeliveries.COMPONENT);
        letter.setReason("unreadable");
        letter.setFailedAt(clock.instant().truncatedTo(ChronoUnit.MILLIS));
        if (record.key() != null) {
            letter.setKey(ByteBuffer.wrap(record.key()));
        }
        if (record.value() != null) {
            letter.setValue(ByteBuffer.wrap(record.value()));
        }
        return letter;
    }

    private static String text(byte @Nullable [] key) {
        return key == null ? "" : new String(key, StandardCharsets.US_ASCII).replace('\0', '?');
    }

    private static PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setQueryTimeout(QUERY_TIMEOUT_SECONDS);
        return statement;
    }
}
