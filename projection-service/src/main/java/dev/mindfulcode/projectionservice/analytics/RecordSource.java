package dev.mindfulcode.projectionservice.analytics;

import java.sql.SQLException;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/** The records of a run: first all that exist, in order of time, then new ones as they arrive. Not thread-safe. */
interface RecordSource extends AutoCloseable {

    enum ReadState {
        /** More records exist. */
        BEHIND,
        /** All records were delivered. */
        CAUGHT_UP,
        /** Delivered records were deleted; everything must be folded again. */
        OUTDATED
    }

    /** Delivers records until all are read or the deadline has passed. */
    ReadState advance(Consumer<byte @Nullable [], byte @Nullable []> consumer, RunFold fold, long deadlineNanos)
            throws RunEndedException, SQLException;

    /** Delivers what follows from the clock alone, such as ended sessions and windows. */
    void advanceTime(RunFold fold, long nowMs) throws RunEndedException;

    long scanned();

    long total();

    /** Returns the positions as JSON. */
    String positions();

    @Override
    default void close() {}
}
