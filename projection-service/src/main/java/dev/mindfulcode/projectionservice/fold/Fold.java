package dev.mindfulcode.projectionservice.fold;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * The work of one transaction for one projection: applies events in memory, then writes the resulting rows once. Not
 * thread-safe.
 *
 * <p>A fold is deterministic; its only time is that of events. Events applied before change nothing, and any division
 * of a partition into transactions gives the same rows.
 */
public interface Fold {

    /**
     * Applies the next event of its partition, completely or not at all.
     *
     * @throws RejectedEventException if the event can never be applied
     */
    void apply(ProjectionEvent event) throws RejectedEventException;

    /**
     * Writes the rows in the caller's transaction. Locks rows in the order of their keys.
     *
     * @return how many rows were inserted or changed
     */
    int flush(Connection connection) throws SQLException;
}
