package dev.mindfulcode.dataprotection;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Seals everything with the current key-encryption key that the previous one sealed, in short steps. Each row is
 * replaced on its own, if it still has the value that was read: a step can be repeated, run twice at once or be killed,
 * and a run that begins again skips the rows that are done. Thread-safe.
 */
public final class KeyRewrapping {

    /** A key management service needs about 20 ms a call; a step ends in time for a proxy's timeout. */
    static final Duration STEP_DURATION_MAX = Duration.ofSeconds(5);

    static final int ROWS_PER_STEP_MAX = 1_000;

    /** Postgres: invalid_text_representation, and invalid_parameter_value for binary text. */
    private static final List<String> INVALID_VALUE_STATES = List.of("22P02", "22023");

    private final DataSource dataSource;
    private final KeyEncryptionKey keyEncryptionKey;
    private final List<WrappedColumn> columns;
    private final int rowsPerStepMax;

    public KeyRewrapping(DataSource dataSource, KeyEncryptionKey keyEncryptionKey, List<WrappedColumn> columns) {
        this(dataSource, keyEncryptionKey, columns, ROWS_PER_STEP_MAX);
    }

    KeyRewrapping(
            DataSource dataSource, KeyEncryptionKey keyEncryptionKey, List<WrappedColumn> columns, int rowsPerStepMax) {
        this.dataSource = dataSource;
        this.keyEncryptionKey = keyEncryptionKey;
        this.columns = List.copyOf(columns);
        this.rowsPerStepMax = rowsPerStepMax;
    }

    /**
     * The result of a step.
     *
     * @param column that was worked on
     * @param rewrapped rows that were sealed with the current key
     * @param unchanged rows that had been
     * @param unreadable rows that neither key opens; they are left as they are
     * @param cursor for the next step; null if nothing is left
     */
    public record Step(
            String column,
            int rewrapped,
            int unchanged,
            int unreadable,
            @Nullable String cursor) {}

    /** Returns the number of rows of a run. */
    public long rows() {
        long rows = 0;
        try (Connection connection = dataSource.getConnection()) {
            for (WrappedColumn column : columns) {
                try (PreparedStatement statement = UserKeyTable.prepare(
                                connection,
                                "SELECT count(*) FROM %s WHERE %s IS NOT NULL"
                                        .formatted(column.table(), column.column()));
                        ResultSet row = statement.executeQuery()) {
                    row.next();
                    rows += row.getLong(1);
                }
            }
        } catch (SQLException e) {
            throw new UserKeyException("Database unavailable: counting wrapped keys failed", e);
        }
        return rows;
    }

    /**
     * Processes the next rows.
     *
     * @param cursor of the step before; null begins a run
     * @throws IllegalArgumentException if the cursor is not one of a step
     */
    public Step step(@Nullable String cursor) {
        Position position = cursor == null ? new Position(0, null) : position(cursor);
        WrappedColumn column = columns.get(position.column());
        try (Connection connection = dataSource.getConnection()) {
            return step(connection, column, position);
        } catch (SQLException e) {
            if (INVALID_VALUE_STATES.contains(String.valueOf(e.getSQLState()))) {
                throw new IllegalArgumentException("The cursor is not one of a step");
            }
            throw new UserKeyException("Database unavailable: wrapping keys again failed", e);
        }
    }

    private Step step(Connection connection, WrappedColumn column, Position position) throws SQLException {
        List<Row> rows = read(connection, column, position.key());
        long startNs = System.nanoTime();
        int rewrapped = 0;
        int unchanged = 0;
        int unreadable = 0;
        String last = position.key();
        for (Row row : rows) {
            if (!row.key().equals(last)
                    && rewrapped + unchanged + unreadable > 0
                    && System.nanoTime() - startNs > STEP_DURATION_MAX.toNanos()) {
                return new Step(
                        column.name(), rewrapped, unchanged, unreadable, cursor(new Position(position.column(), last)));
            }
            last = row.key();
            try {
                byte[] sealed = keyEncryptionKey.rewrap(
                        row.sealed(), column.associatedData().apply(row.key()));
                if (sealed == null) {
                    unchanged++;
                } else {
                    replace(connection, column, row, sealed);
                    rewrapped++;
                }
            } catch (GeneralSecurityException e) {
                unreadable++;
            }
        }
        return new Step(column.name(), rewrapped, unchanged, unreadable, next(position, rows.size(), last));
    }

    private @Nullable String next(Position position, int rows, @Nullable String last) {
        if (rows >= rowsPerStepMax) {
            return cursor(new Position(position.column(), last));
        }
        return position.column() + 1 < columns.size() ? cursor(new Position(position.column() + 1, null)) : null;
    }

    /** Reads rows in the order of their keys; those of one key come together. */
    private List<Row> read(Connection connection, WrappedColumn column, @Nullable String after) throws SQLException {
        String sql = "SELECT %1$s::text, %2$s FROM %3$s".formatted(column.key(), column.column(), column.table())
                + " WHERE %1$s IS NOT NULL".formatted(column.column())
                + " AND (?::text IS NULL OR %1$s > CAST(?::text AS %2$s))".formatted(column.key(), column.keyType())
                + " ORDER BY %1$s FETCH FIRST %2$d ROWS WITH TIES".formatted(column.key(), rowsPerStepMax);
        try (PreparedStatement statement = UserKeyTable.prepare(connection, sql)) {
            statement.setString(1, after);
            statement.setString(2, after);
            List<Row> rows = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    rows.add(new Row(row.getString(1), row.getBytes(2)));
                }
            }
            return rows;
        }
    }

    private static void replace(Connection connection, WrappedColumn column, Row row, byte[] sealed)
            throws SQLException {
        String sql = "UPDATE %1$s SET %2$s = ? WHERE %3$s = CAST(? AS %4$s) AND %2$s = ?"
                .formatted(column.table(), column.column(), column.key(), column.keyType());
        try (PreparedStatement statement = UserKeyTable.prepare(connection, sql)) {
            statement.setBytes(1, sealed);
            statement.setString(2, row.key());
            statement.setBytes(3, row.sealed());
            statement.executeUpdate();
        }
    }

    private String cursor(Position position) {
        String text = columns.get(position.column()).name() + (position.key() == null ? "" : "/" + position.key());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private Position position(String cursor) {
        String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        String[] parts = text.split("/", 2);
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(parts[0])) {
                return new Position(i, parts.length == 1 ? null : parts[1]);
            }
        }
        throw new IllegalArgumentException("The cursor is not one of a step");
    }

    private record Position(int column, @Nullable String key) {}

    @SuppressWarnings("ArrayRecordComponent") // read once
    private record Row(String key, byte[] sealed) {}
}
