package dev.mindfulcode.projectionservice.fold;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Binds rows to a statement's parameters as one array a column, for {@code unnest}: one statement and one plan for any
 * number of rows. Parameters are bound in the order of calls.
 */
public final class ArrayBinder<R> {

    /** Makes a timestamptz of epoch milliseconds, exactly; null stays null. */
    public static final String TIMESTAMP_OF = "timestamptz 'epoch' + interval '1 millisecond' * ";

    private final Connection connection;
    private final PreparedStatement statement;
    private final List<R> rows;
    private int bound;

    public ArrayBinder(Connection connection, PreparedStatement statement, Collection<R> rows) {
        this.connection = connection;
        this.statement = statement;
        this.rows = List.copyOf(rows);
    }

    public ArrayBinder<R> uuids(Function<R, UUID> column) throws SQLException {
        return objects("uuid", column);
    }

    public ArrayBinder<R> texts(Function<R, @Nullable String> column) throws SQLException {
        return objects("text", column);
    }

    /** Numbers some of which are null. */
    public ArrayBinder<R> longsOrNull(Function<R, @Nullable Long> column) throws SQLException {
        return objects("int8", column);
    }

    /** Numbers with a fraction, some of which are null. */
    public ArrayBinder<R> doublesOrNull(Function<R, @Nullable Double> column) throws SQLException {
        return objects("float8", column);
    }

    public ArrayBinder<R> longs(ToLongFunction<R> column) throws SQLException {
        statement.setObject(++bound, rows.stream().mapToLong(column).toArray());
        return this;
    }

    public ArrayBinder<R> doubles(ToDoubleFunction<R> column) throws SQLException {
        statement.setObject(++bound, rows.stream().mapToDouble(column).toArray());
        return this;
    }

    private ArrayBinder<R> objects(String type, Function<R, ? extends @Nullable Object> column) throws SQLException {
        @Nullable Object[] values = new Object[rows.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = column.apply(rows.get(i));
        }
        statement.setArray(++bound, connection.createArrayOf(type, values));
        return this;
    }
}
