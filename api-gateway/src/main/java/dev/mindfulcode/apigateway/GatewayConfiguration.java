package dev.mindfulcode.apigateway;

import dev.mindfulcode.apigateway.accounts.AccountConfiguration;
import dev.mindfulcode.apigateway.accounts.AccountConfiguration.TokenTrust;
import dev.mindfulcode.apigateway.alerts.AlertConfiguration;
import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.database.GatewaySchema;
import dev.mindfulcode.apigateway.documents.DocumentConfiguration;
import dev.mindfulcode.apigateway.feedback.FeedbackConfiguration;
import dev.mindfulcode.apigateway.flow.FlowConfiguration;
import dev.mindfulcode.apigateway.graphql.GraphQlConfiguration;
import dev.mindfulcode.apigateway.http.OperatorToken;
import dev.mindfulcode.apigateway.idempotency.IdempotencyConfiguration;
import dev.mindfulcode.apigateway.limits.LimitConfiguration;
import dev.mindfulcode.apigateway.live.LiveConfiguration;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.apigateway.log.KafkaHealth;
import dev.mindfulcode.apigateway.log.Outbox;
import dev.mindfulcode.apigateway.log.OutboxRelay;
import dev.mindfulcode.apigateway.log.RegistryHealth;
import dev.mindfulcode.apigateway.operations.OperationsConfiguration;
import dev.mindfulcode.apigateway.plugins.PluginConfiguration;
import dev.mindfulcode.apigateway.privacy.PrivacyConfiguration;
import dev.mindfulcode.apigateway.projections.ProjectionsConfiguration;
import dev.mindfulcode.apigateway.sessions.SessionConfiguration;
import dev.mindfulcode.apigateway.teams.TeamConfiguration;
import dev.mindfulcode.apigateway.webhooks.WebhookConfiguration;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

/**
 * The gateway as a Spring configuration: with a web server, and without anything found by scanning, so that it can
 * share a context. Settings come from the environment, see {@link GatewaySettings}. All its beans are named
 * {@code gateway…}.
 */
@Configuration(proxyBeanMethods = false)
@Import({
    WebServerConfiguration.class,
    SecurityConfiguration.class,
    AccountConfiguration.class,
    AlertConfiguration.class,
    DocumentConfiguration.class,
    FeedbackConfiguration.class,
    FlowConfiguration.class,
    GraphQlConfiguration.class,
    IdempotencyConfiguration.class,
    LimitConfiguration.class,
    LiveConfiguration.class,
    PluginConfiguration.class,
    PrivacyConfiguration.class,
    ProjectionsConfiguration.class,
    SessionConfiguration.class,
    TeamConfiguration.class,
    WebhookConfiguration.class,
    OperationsConfiguration.class
})
public class GatewayConfiguration {

    /**
     * What a request carries is in Reactor's context: to put it into thread locals as well, for each row of an answer,
     * costs much and serves nobody.
     */
    GatewayConfiguration() {
        ContextRegistry registry = ContextRegistry.getInstance();
        for (ThreadLocalAccessor<?> accessor : List.copyOf(registry.getThreadLocalAccessors())) {
            registry.removeThreadLocalAccessor(accessor.key());
        }
    }

    @Bean
    GatewaySettings gatewaySettings(Environment environment) {
        return GatewaySettings.read(environment);
    }

    @Bean
    TokenTrust gatewayTokenTrust(GatewaySettings settings) {
        return settings.tokenTrust();
    }

    @Bean
    KeyEncryptionKey gatewayKeyEncryptionKey(GatewaySettings settings) {
        return settings.encryptionKey();
    }

    @Bean
    OperatorToken gatewayOperatorToken(GatewaySettings settings) {
        return settings.operatorToken();
    }

    @Bean
    PostgresUrl gatewayDatabaseUrl(GatewaySettings settings) {
        return settings.database();
    }

    /** Brings our schemas up to date before anything asks for the database. */
    @Bean
    Database gatewayDatabase(GatewaySettings settings) {
        DataSource direct = settings.database().dataSource();
        GatewaySchema.migrate(direct);
        PostgresUserKeys.migrate(direct);
        return new Database(settings.database(), settings.maxConnections());
    }

    @Bean
    AsyncUserCiphers gatewayUserCiphers(GatewaySettings settings, Database database) {
        return new AsyncUserCiphers(PostgresUserKeys.open(database.blocking(), settings.encryptionKey()));
    }

    /** Where the log is, for whoever follows it. */
    @Bean
    KafkaConnection gatewayLogAddress(GatewaySettings settings) {
        return new KafkaConnection(settings.kafkaBootstrapServers(), settings.schemaRegistry());
    }

    @Bean
    EventPublisher gatewayEventLog(GatewaySettings settings) {
        return new EventPublisher(settings.kafkaBootstrapServers(), settings.schemaRegistry());
    }

    @Bean
    KafkaHealth gatewayKafkaReachability(GatewaySettings settings) {
        return new KafkaHealth(settings.kafkaBootstrapServers());
    }

    @Bean
    RegistryHealth gatewayRegistryReachability(KafkaConnection log) {
        return new RegistryHealth(log.registry().url());
    }

    @Bean
    OutboxRelay gatewayOutboxRelay(Database database, EventPublisher log) {
        return new OutboxRelay(database.blocking(), log);
    }

    @Bean
    Outbox gatewayOutbox(Database database, OutboxRelay relay) {
        return new Outbox(database, relay::wake);
    }
}
