package dev.mindfulcode.apigateway.portability;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** A cursor over rows, which reads no more of them than are taken. Blocking; not thread-safe. */
interface Rows extends AutoCloseable {

    /** Returns the next row, or null after the last. */
    @Nullable
    Row next();

    @Override
    default void close() {}

    /** Returns a cursor over few rows. */
    static Rows of(Iterable<Row> rows) {
        Iterator<Row> iterator = rows.iterator();
        return () -> iterator.hasNext() ? iterator.next() : null;
    }
}
