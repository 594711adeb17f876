package dev.mindfulcode.apigateway.admin;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.webkit.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.springframework.context.ApplicationContext;

/** Evaluates a gateway's built-in model as in the next week, in which the ratings of this week count. */
public final class ModelEvaluations {

    private ModelEvaluations() {}

    /** Returns the response's body; fails like the endpoint. */
    public static String nextWeek(ApplicationContext gateway) {
        return nextWeek(gateway, gateway.getBean(PostgresUserKeys.class));
    }

    /** Evaluates with a key that is gone when the first record of its user is read. */
    public static String nextWeekWithout(ApplicationContext gateway, UUID erased) {
        PostgresUserKeys keys = gateway.getBean(PostgresUserKeys.class);
        return nextWeek(gateway, new UserKeys() {
            @Override
            public UserCipher create(UUID userId) {
                return keys.create(userId);
            }

            @Override
            public Optional<UserCipher> find(UUID userId) {
                return userId.equals(erased) ? Optional.empty() : keys.find(userId);
            }

            @Override
            public Map<UUID, UserCipher> findAll(Collection<UUID> userIds) {
                return keys.findAll(userIds);
            }
        });
    }

    private static String nextWeek(ApplicationContext gateway, UserKeys keys) {
        Instant nextWeek = Instant.now().plus(Duration.ofDays(7));
        try (ModelEvaluator evaluator = new ModelEvaluator(
                gateway.getBean(KafkaConnection.class),
                gateway.getBean(Database.class).blocking(),
                keys,
                InstantSource.fixed(nextWeek))) {
            ModelEvaluator.Result result = Objects.requireNonNull(
                    evaluator.evaluate(FlowModel.builtIn().id()).block());
            return new String(Json.bytes(ModelRoutes.OnInstallation.of(result)), StandardCharsets.UTF_8);
        }
    }
}
