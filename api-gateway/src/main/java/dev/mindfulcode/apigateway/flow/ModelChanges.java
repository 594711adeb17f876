package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.database.Database;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/**
 * The times at which the model that reads flow changed: a share of flow under one model is not comparable with that
 * under another. A change counts from the first statistics that are read after it.
 */
final class ModelChanges {

    private static final String LATEST =
            "SELECT model_id, used_from FROM gateway.model_changes ORDER BY used_from DESC LIMIT 1";

    /** The first model has no earlier one to differ from, however old the history is. */
    private static final String ADD = """
            INSERT INTO gateway.model_changes (model_id, used_from)
            SELECT :model, CASE WHEN EXISTS (SELECT FROM gateway.model_changes) THEN CAST(:now AS timestamptz)
                                ELSE timestamptz 'epoch' END
            WHERE CAST(:model AS text) IS DISTINCT FROM
                  (SELECT model_id FROM gateway.model_changes ORDER BY used_from DESC LIMIT 1)
            ON CONFLICT DO NOTHING""";

    private final Database database;
    private final Supplier<String> modelId;
    private final InstantSource clock;

    ModelChanges(Database database, Supplier<String> modelId, InstantSource clock) {
        this.database = database;
        this.modelId = modelId;
        this.clock = clock;
    }

    /** Emits the time since which the model in use has read flow. */
    Mono<Instant> latest() {
        String model = modelId.get();
        return find().filter(change -> change.modelId().equals(model))
                .switchIfEmpty(Mono.defer(() -> database.sql(ADD)
                        .bind("model", model)
                        .bind("now", clock.instant())
                        .fetch()
                        .rowsUpdated()
                        .then(find())))
                .map(Change::usedFrom)
                .defaultIfEmpty(Instant.EPOCH);
    }

    private Mono<Change> find() {
        return database.sql(LATEST)
                .map(row -> new Change(row.get("model_id", String.class), row.get("used_from", Instant.class)))
                .one();
    }

    private record Change(String modelId, Instant usedFrom) {}
}
