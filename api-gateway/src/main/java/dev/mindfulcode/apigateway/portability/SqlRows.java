package dev.mindfulcode.apigateway.portability;

import dev.mindfulcode.apigateway.database.Database;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import reactor.util.retry.Retry;

/**
 * The rows of a query, page by page after the key of the last row: a slow reader holds neither a connection nor a
 * transaction.
 */
final class SqlRows implements Rows {

    private static final int PAGE_ROWS = 500;
    private static final Duration PAGE_TIMEOUT = Duration.ofSeconds(30);
    private static final int RETRIES_MAX = 3;

    /** A download of minutes must not fail since the database was busy once. */
    private static final Retry RETRY =
            Retry.backoff(RETRIES_MAX, Duration.ofMillis(500)).filter(e -> e instanceof DataAccessException);

    private final Database database;
    private final Query query;
    private final UUID userId;
    private final Queue<KeyedRow> page = new ArrayDeque<>();
    private @Nullable List<Object> lastKey;
    private boolean isLastPage;

    /**
     * A query for the rows of the user {@code :user}.
     *
     * @param select selects the columns of the table by their names, and the key; ends in its condition
     * @param key the expressions that the rows are ordered by, each with the name under which it is selected
     */
    record Query(Table table, String select, List<Key> key) {

        record Key(String expression, String name) {}

        /** @param key such as {@code minute, s.session_id}: the name is what follows the last dot */
        static Query of(Table table, String select, String key) {
            return new Query(
                    table,
                    select,
                    Arrays.stream(key.split(", "))
                            .map(one -> new Key(
                                    one, one.substring(one.lastIndexOf('.') + 1).replace(" COLLATE \"C\"", "")))
                            .toList());
        }
    }

    private record KeyedRow(Row row, List<Object> key) {}

    SqlRows(Database database, Query query, UUID userId) {
        this.database = database;
        this.query = query;
        this.userId = userId;
    }

    @Override
    public @Nullable Row next() {
        if (page.isEmpty() && !isLastPage) {
            readPage();
        }
        KeyedRow next = page.poll();
        if (next == null) {
            return null;
        }
        lastKey = next.key;
        return next.row;
    }

    private void readPage() {
        List<Object> after = lastKey;
        String order = expressions();
        String past = after == null
                ? ""
                : " AND (" + order + ") > ("
                        + IntStream.range(0, after.size())
                                .mapToObj(i -> ":key" + i)
                                .collect(Collectors.joining(", "))
                        + ")";
        GenericExecuteSpec select = database.sql(query.select + past + " ORDER BY " + order + " LIMIT " + PAGE_ROWS)
                .bind("user", userId);
        if (after != null) {
            for (int i = 0; i < after.size(); i++) {
                select = select.bind("key" + i, after.get(i));
            }
        }
        List<KeyedRow> rows = Objects.requireNonNull(
                select.map(this::read).all().collectList().retryWhen(RETRY).block(PAGE_TIMEOUT));
        isLastPage = rows.size() < PAGE_ROWS;
        page.addAll(rows);
    }

    private String expressions() {
        return query.key.stream().map(Query.Key::expression).collect(Collectors.joining(", "));
    }

    private KeyedRow read(Readable row) {
        List<@Nullable Object> values = new ArrayList<>();
        for (Table.Column column : query.table.columns()) {
            values.add(value(row.get(column.name())));
        }
        List<Object> key = query.key.stream()
                .map(one -> Objects.requireNonNull(row.get(one.name())))
                .toList();
        return new KeyedRow(new Row(query.table, values), key);
    }

    private static @Nullable Object value(@Nullable Object value) {
        return switch (value) {
            case OffsetDateTime time -> time.toInstant();
            case Object[] elements -> Arrays.asList(elements);
            case null, default -> value;
        };
    }
}
