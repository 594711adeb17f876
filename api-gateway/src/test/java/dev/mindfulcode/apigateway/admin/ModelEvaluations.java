package dev.mindfulcode.apigateway.admin;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.webkit.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import org.springframework.context.ApplicationContext;

/** Evaluates a gateway's built-in model as in the next week, in which the ratings of this week count. */
public final class ModelEvaluations {

    private ModelEvaluations() {}

    /** Returns the response's body; fails like the endpoint. */
    public static String nextWeek(ApplicationContext gateway) {
        Instant nextWeek = Instant.now().plus(Duration.ofDays(7));
        try (ModelEvaluator evaluator = new ModelEvaluator(
                gateway.getBean(KafkaConnection.class),
                gateway.getBean(Database.class).blocking(),
                gateway.getBean(PostgresUserKeys.class),
                InstantSource.fixed(nextWeek))) {
            ModelEvaluator.Result result = Objects.requireNonNull(
                    evaluator.evaluate(FlowModel.builtIn().id()).block());
            return new String(Json.bytes(ModelRoutes.OnInstallation.of(result)), StandardCharsets.UTF_8);
        }
    }
}
