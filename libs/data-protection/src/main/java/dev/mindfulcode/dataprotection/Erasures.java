package dev.mindfulcode.dataprotection;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The erasures of users and their steps. Lookups block. Thread-safe. */
public final class Erasures {

    private static final int QUERY_TIMEOUT_SECONDS = 10;

    private static final String BEGIN = """
            INSERT INTO protection.erasures (erasure_id, receipt_hash, account_digest, user_id, requested_at)
            VALUES (?, ?, ?, ?, ?)""";
    private static final String ADD_STEPS =
            "INSERT INTO protection.erasure_steps (erasure_id, place) SELECT ?, unnest(?::text[])";
    private static final String FINISH = """
            UPDATE protection.erasure_steps SET state = ?, done_at = clock_timestamp(), items = ?, detail = ?
            WHERE erasure_id = ? AND place = ? AND state = 'pending'""";
    private static final String COMPLETE = """
            UPDATE protection.erasures e SET completed_at = clock_timestamp(), user_id = NULL
            WHERE erasure_id = ? AND completed_at IS NULL AND NOT EXISTS (
                SELECT FROM protection.erasure_steps s WHERE s.erasure_id = e.erasure_id AND s.state = 'pending')""";
    private static final String OPEN = """
            SELECT erasure_id, user_id, requested_at, marker_queued_at IS NOT NULL, marker_partition, marker_offset,
                contribution_ends, ARRAY (
                    SELECT place FROM protection.erasure_steps s
                    WHERE s.erasure_id = e.erasure_id AND state = 'pending')
            FROM protection.erasures e WHERE completed_at IS NULL ORDER BY requested_at, erasure_id LIMIT ?""";
    private static final String SELECT = """
            SELECT erasure_id, account_digest, requested_at, completed_at FROM protection.erasures
            WHERE receipt_hash = ?""";
    private static final String SELECT_STEPS =
            "SELECT place, state, done_at, items, detail FROM protection.erasure_steps WHERE erasure_id = ?";
    private static final String MARKER_QUEUED = """
            UPDATE protection.erasures SET marker_queued_at = clock_timestamp()
            WHERE erasure_id = ? AND marker_queued_at IS NULL""";
    private static final String MARKER_PUBLISHED =
            "UPDATE protection.erasures SET marker_partition = ?, marker_offset = ? WHERE erasure_id = ?";
    private static final String CONTRIBUTION_ENDS =
            "UPDATE protection.erasures SET contribution_ends = ? WHERE erasure_id = ?";

    private final DataSource database;

    public Erasures(DataSource database) {
        this.database = database;
    }

    /**
     * Adds an erasure with all its steps pending, in the connection's transaction.
     *
     * @param receipt the capability that reads its progress; stored as a hash only
     * @throws SQLException if the user has one
     */
    public static UUID begin(Connection connection, UUID userId, String receipt, Instant now) throws SQLException {
        UUID erasureId = UUID.randomUUID();
        try (PreparedStatement statement = prepare(connection, BEGIN)) {
            statement.setObject(1, erasureId);
            statement.setBytes(2, sha256(receipt));
            statement.setBytes(3, accountDigest(receipt, userId));
            statement.setObject(4, userId);
            statement.setObject(5, time(now));
            statement.executeUpdate();
        }
        try (PreparedStatement statement = prepare(connection, ADD_STEPS)) {
            statement.setObject(1, erasureId);
            statement.setArray(2, connection.createArrayOf("text", texts(EnumSet.allOf(ErasurePlace.class))));
            statement.executeUpdate();
        }
        return erasureId;
    }

    /** Marks steps as done, in the connection's transaction. */
    public static void finish(Connection connection, UUID erasureId, Map<ErasurePlace, Outcome> outcomes)
            throws SQLException {
        try (PreparedStatement statement = prepare(connection, FINISH)) {
            for (Map.Entry<ErasurePlace, Outcome> outcome : outcomes.entrySet()) {
                statement.setString(1, outcome.getValue().detail() == null ? "done" : "operator");
                statement.setObject(2, outcome.getValue().items(), Types.BIGINT);
                statement.setString(3, outcome.getValue().detail());
                statement.setObject(4, erasureId);
                statement.setString(5, outcome.getKey().text());
                statement.executeUpdate();
            }
        }
    }

    /**
     * The result of a step that needs not run again.
     *
     * @param items deleted; null where they are not counted
     * @param detail what is left to the operator; null if nothing is
     */
    public record Outcome(@Nullable Long items, @Nullable String detail) {

        public static final Outcome DONE = new Outcome(null, null);

        public static Outcome deleted(long items) {
            return new Outcome(items, null);
        }

        public static Outcome operator(String detail) {
            return new Outcome(null, detail);
        }
    }

    public void finish(UUID erasureId, Map<ErasurePlace, Outcome> outcomes) throws SQLException {
        try (Connection connection = database.getConnection()) {
            finish(connection, erasureId, outcomes);
        }
    }

    /** Completes an erasure without pending steps, and forgets whose it was; returns whether it did. */
    public boolean complete(UUID erasureId) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = prepare(connection, COMPLETE)) {
            statement.setObject(1, erasureId);
            return statement.executeUpdate() == 1;
        }
    }

    /** Returns the oldest erasures that are not complete. */
    public List<Erasure> open(int max) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = prepare(connection, OPEN)) {
            statement.setInt(1, max);
            List<Erasure> open = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Array ends = row.getArray(7);
                    Erasure.Position marker =
                            row.getObject(6) == null ? null : new Erasure.Position(row.getInt(5), row.getLong(6));
                    open.add(new Erasure(
                            row.getObject(1, UUID.class),
                            row.getObject(2, UUID.class),
                            row.getObject(3, OffsetDateTime.class).toInstant(),
                            row.getBoolean(4),
                            marker,
                            ends == null ? null : (Long[]) ends.getArray(),
                            places((String[]) row.getArray(8).getArray())));
                }
            }
            return open;
        }
    }

    /** Returns the progress of the erasure with a receipt. */
    public Optional<ErasureStatus> find(String receipt) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = prepare(connection, SELECT)) {
            statement.setBytes(1, sha256(receipt));
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                return Optional.of(new ErasureStatus(
                        row.getBytes(2),
                        row.getObject(3, OffsetDateTime.class).toInstant(),
                        instant(row.getObject(4, OffsetDateTime.class)),
                        steps(connection, row.getObject(1, UUID.class))));
            }
        }
    }

    /** Records that the marker event is in the outbox, in the connection's transaction; false if it was before. */
    public static boolean markerQueued(Connection connection, UUID erasureId) throws SQLException {
        try (PreparedStatement statement = prepare(connection, MARKER_QUEUED)) {
            statement.setObject(1, erasureId);
            return statement.executeUpdate() == 1;
        }
    }

    public void markerPublished(UUID erasureId, Erasure.Position position) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = prepare(connection, MARKER_PUBLISHED)) {
            statement.setInt(1, position.partition());
            statement.setLong(2, position.offset());
            statement.setObject(3, erasureId);
            statement.executeUpdate();
        }
    }

    public void contributionEnds(UUID erasureId, List<Long> ends) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = prepare(connection, CONTRIBUTION_ENDS)) {
            statement.setArray(1, connection.createArrayOf("bigint", ends.toArray()));
            statement.setObject(2, erasureId);
            statement.executeUpdate();
        }
    }

    /** Returns the digest by which the holder of a receipt proves whose erasure it is. */
    public static byte[] accountDigest(String receipt, UUID userId) {
        return sha256(receipt + "/" + userId);
    }

    private static List<ErasureStatus.Step> steps(Connection connection, UUID erasureId) throws SQLException {
        try (PreparedStatement statement = prepare(connection, SELECT_STEPS)) {
            statement.setObject(1, erasureId);
            List<ErasureStatus.Step> steps = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    steps.add(new ErasureStatus.Step(
                            place(row.getString(1)),
                            row.getString(2),
                            instant(row.getObject(3, OffsetDateTime.class)),
                            row.getObject(4, Long.class),
                            row.getString(5)));
                }
            }
            steps.sort(Comparator.comparing(ErasureStatus.Step::place));
            return List.copyOf(steps);
        }
    }

    private static PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setQueryTimeout(QUERY_TIMEOUT_SECONDS);
        return statement;
    }

    private static Set<ErasurePlace> places(String[] texts) {
        Set<ErasurePlace> places = EnumSet.noneOf(ErasurePlace.class);
        for (String text : texts) {
            places.add(place(text));
        }
        return places;
    }

    private static ErasurePlace place(String text) {
        return ErasurePlace.valueOf(text.toUpperCase(Locale.ROOT));
    }

    private static Object[] texts(Set<ErasurePlace> places) {
        return places.stream().map(ErasurePlace::text).toArray();
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    private static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
