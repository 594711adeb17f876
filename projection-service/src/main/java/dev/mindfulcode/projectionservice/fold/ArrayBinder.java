package dev.mindfulcode.projectionservice.fold;

import java.nio.ByteBuffer;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Binds rows to a statement's parameters as one array per column, for {@code unnest}: one statement and one plan for
 * any number of rows. Parameters are bound in the order of calls.
 */
public final class ArrayBinder<R> {

    /** Converts epoch milliseconds to timestamptz exactly; null stays null. */
    public static final String TIMESTAMP_OF = "timestamptz 'epoch' + interval '1 millisecond' * ";

    private interface Column {
        Object values(Connection connection) throws SQLException;
    }

    private final List<R> rows;
    private final List<Column> columns = new ArrayList<>();

    public ArrayBinder(Collection<R> rows) {
        this.rows = List.copyOf(rows);
    }

    public ArrayBinder<R> uuids(Function<R, UUID> column) {
        return objects("uuid", column);
    }

    public ArrayBinder<R> texts(Function<R, @Nullable String> column) {
        return objects("text", column);
    }

    public ArrayBinder<R> bytes(Function<R, @Nullable ByteBuffer> column) {
        columns.add(connection -> {
            byte[][] values = new byte[rows.size()][];
            for (int i = 0; i < values.length; i++) {
                ByteBuffer value = column.apply(rows.get(i));
                if (value != null) {
                    values[i] = new byte[value.remaining()];
                    value.duplicate().get(values[i]);
                }
            }
            return connection.createArrayOf("bytea", values);
        });
        return this;
    }

    public ArrayBinder<R> longsOrNull(Function<R, @Nullable Long> column) {
        return objects("int8", column);
    }

    public ArrayBinder<R> longs(ToLongFunction<R> column) {
        columns.add(_ -> rows.stream().mapToLong(column).toArray());
        return this;
    }

    public ArrayBinder<R> doubles(ToDoubleFunction<R> column) {
        columns.add(_ -> rows.stream().mapToDouble(column).toArray());
        return this;
    }

    private ArrayBinder<R> objects(String type, Function<R, ? extends @Nullable Object> column) {
        columns.add(connection -> {
            @Nullable Object[] values = new Object[rows.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = column.apply(rows.get(i));
            }
            return connection.createArrayOf(type, values);
        });
        return this;
    }

    /** Returns the prepared statement with all columns bound. */
    public PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            for (int i = 0; i < columns.size(); i++) {
                switch (columns.get(i).values(connection)) {
                    case Array array -> statement.setArray(i + 1, array);
                    case Object primitives -> statement.setObject(i + 1, primitives);
                }
            }
            return statement;
        } catch (SQLException | RuntimeException e) {
            statement.close();
            throw e;
        }
    }

    /** Executes an update; returns how many rows it changed. */
    public int update(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql)) {
            return statement.executeUpdate();
        }
    }
}
