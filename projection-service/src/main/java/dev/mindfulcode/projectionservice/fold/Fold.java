package dev.mindfulcode.projectionservice.fold;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * What one transaction does for one projection: takes its events, then writes what follows from them, once. Not
 * thread-safe.
 *
 * <p>A fold is deterministic and takes time from events. Whatever has been applied before changes nothing, and applying
 * a stretch of a partition in other portions gives the same rows.
 */
public interface Fold {

    /**
     * Takes the next event of its partition, or none of it.
     *
     * @throws RejectedEventException where the event can never be applied
     */
    void apply(ProjectionEvent event) throws RejectedEventException;

    /**
     * Writes in the caller's transaction. Locks rows in the order of their keys.
     *
     * @return how many rows were inserted or changed
     */
    int flush(Connection connection) throws SQLException;
}
