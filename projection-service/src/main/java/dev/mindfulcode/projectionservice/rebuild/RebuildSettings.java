package dev.mindfulcode.projectionservice.rebuild;

import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.SchemaRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import javax.sql.DataSource;

/**
 * Settings of rebuilds.
 *
 * @param database without a statement timeout of seconds: a comparison reads all tables
 * @param projections of this release, in all their versions
 */
public record RebuildSettings(
        KafkaCluster kafka,
        SchemaRegistry registry,
        DataSource database,
        UserKeys keys,
        List<Projection> projections,
        MeterRegistry meters) {

    /** More threads only wait for Postgres. */
    static final int THREADS_MAX = 4;

    /** One for each thread, one for the lock, one for the comparison, two for erasures. */
    public static final int CONNECTIONS_MAX = THREADS_MAX + 4;
}
