package dev.mindfulcode.projectionservice.rebuild;

import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.schemas.SchemaRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import javax.sql.DataSource;

/**
 * What rebuilds need.
 *
 * @param database with no bound on how long a statement may take: comparing takes as long as reading all tables
 * @param projections of this release, in all their versions
 */
public record RebuildSettings(
        String bootstrapServers,
        SchemaRegistry registry,
        DataSource database,
        UserKeys keys,
        List<Projection> projections,
        MeterRegistry meters) {

    /** One thread each reads and writes: more than so many only wait for Postgres. */
    static final int THREADS_MAX = 4;

    /** One a thread, one that holds the lock, one that compares. */
    public static final int CONNECTIONS_MAX = THREADS_MAX + 2;
}
