package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.database.Database;
import java.time.Instant;
import reactor.core.publisher.Mono;

/**
 * The times at which the model that reads flow, or the rules by which flow begins and ends, changed: a share of flow
 * before a change is not comparable with one after it. A change of the model is stored at the time of the record that
 * put the model into use, so every gateway stores the same row, and a record that is read again adds none. A migration
 * stores a change of the rules, with the id of the model in use.
 */
final class ModelChanges {

    private static final String LATEST = "SELECT used_from FROM gateway.model_changes ORDER BY used_from DESC LIMIT 1";

    private static final String ADD = """
            INSERT INTO gateway.model_changes (model_id, used_from)
            SELECT :model, CAST(:at AS timestamptz)
            WHERE CAST(:model AS text) IS DISTINCT FROM
                  (SELECT model_id FROM gateway.model_changes WHERE used_from <= CAST(:at AS timestamptz)
                   ORDER BY used_from DESC LIMIT 1)
            ON CONFLICT DO NOTHING""";

    /**
     * No record puts a built-in model into use, so it counts from its first use, once: during an upgrade, gateways with
     * different ones run side by side. The first model has no earlier one to differ from, however old the history is.
     */
    private static final String ADD_BUILT_IN = """
            INSERT INTO gateway.model_changes (model_id, used_from)
            SELECT :model, CASE WHEN EXISTS (SELECT FROM gateway.model_changes) THEN CAST(:at AS timestamptz)
                                ELSE timestamptz 'epoch' END
            WHERE NOT EXISTS (SELECT FROM gateway.model_changes WHERE model_id = CAST(:model AS text))
            ON CONFLICT DO NOTHING""";

    private final Database database;

    ModelChanges(Database database) {
        this.database = database;
    }

    /** Stores that a model was put into use, unless it was in use before. */
    Mono<Void> add(String modelId, Instant at) {
        return insert(ADD, modelId, at);
    }

    /** Stores that a built-in model is in use without having been put into use. */
    Mono<Void> addBuiltIn(String modelId, Instant now) {
        return insert(ADD_BUILT_IN, modelId, now);
    }

    private Mono<Void> insert(String statement, String modelId, Instant at) {
        return database.sql(statement)
                .bind("model", modelId)
                .bind("at", at)
                .fetch()
                .rowsUpdated()
                .then();
    }

    /** Emits the time since which the latest model has read flow. */
    Mono<Instant> latest() {
        return database.sql(LATEST)
                .map(row -> row.get("used_from", Instant.class))
                .one()
                .defaultIfEmpty(Instant.EPOCH);
    }
}
