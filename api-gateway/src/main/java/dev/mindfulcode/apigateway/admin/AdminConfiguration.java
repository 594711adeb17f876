package dev.mindfulcode.apigateway.admin;

import dev.mindfulcode.apigateway.alerts.Alerts;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.KeyRewrapping;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.dataprotection.WrappedColumn;
import dev.mindfulcode.identity.teams.TeamTable;
import dev.mindfulcode.identity.tokens.RefreshTokens;
import dev.mindfulcode.identity.tokens.SigningKeys;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the operator's endpoints. */
@Configuration(value = "gatewayAdminConfiguration", proxyBeanMethods = false)
public class AdminConfiguration {

    @Bean
    ModelTopic gatewayModelTopic(KafkaConnection kafka, EventPublisher publisher, Database database) {
        return new ModelTopic(kafka, publisher, database.blocking());
    }

    @Bean
    ModelEvaluator gatewayModelEvaluator(KafkaConnection kafka, Database database, PostgresUserKeys keys) {
        return new ModelEvaluator(kafka, database.blocking(), keys, InstantSource.system());
    }

    @Bean
    EndpointGroup gatewayModelRoutes(ModelTopic topic, ModelEvaluator evaluator) {
        return new ModelRoutes(topic, evaluator, Clock.systemUTC())::addTo;
    }

    @Bean
    EndpointGroup gatewayKeyRoutes(Database database, KeyEncryptionKey keyEncryptionKey, PostgresUserKeys userKeys) {
        List<WrappedColumn> columns = Stream.of(
                        WrappedColumn.ofProtection(),
                        List.of(SigningKeys.wrappedColumn(), RefreshTokens.wrappedColumn()),
                        List.of(Alerts.wrappedColumn()))
                .flatMap(List::stream)
                .toList();
        KeyRewrapping rewrapping = new KeyRewrapping(database.blocking(), keyEncryptionKey, columns);
        return new KeyRoutes(keyEncryptionKey, rewrapping, userKeys)::addTo;
    }

    @Bean
    EndpointGroup gatewayTeamPlanRoutes(Database database) {
        return new TeamPlanRoutes(new TeamTable(database))::addTo;
    }
}
