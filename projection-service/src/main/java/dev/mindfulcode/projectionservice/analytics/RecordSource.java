package dev.mindfulcode.projectionservice.analytics;

import java.sql.SQLException;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where a run's records come from: all that is there already, in order of time, and then what comes, as it comes. Not
 * thread-safe.
 */
interface RecordSource {

    /** How far it is. */
    enum ReadState {
        /** There is more of what was there when the run began, or of what came since. */
        BEHIND,
        /** All that there is has been given. */
        CAUGHT_UP,
        /** What was given is no longer what there is: something was deleted. Everything is to be folded anew. */
        OUTDATED
    }

    /** Reads on and gives records, until all is read or the time is over. */
    ReadState advance(Consumer<byte @Nullable [], byte @Nullable []> consumer, RunFold fold, long deadlineNanos)
            throws RunEndedException, SQLException;

    /** Says what the clock alone makes known: who fell silent, which windows are over. */
    void advanceTime(RunFold fold, long nowMs) throws RunEndedException;

    long scanned();

    long total();

    /** JSON. */
    String positions();
}
