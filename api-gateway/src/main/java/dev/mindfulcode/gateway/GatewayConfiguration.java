package dev.mindfulcode.gateway;

import dev.mindfulcode.gateway.accounts.AccountConfiguration;
import dev.mindfulcode.gateway.accounts.AccountConfiguration.TokenTrust;
import dev.mindfulcode.gateway.alerts.AlertConfiguration;
import dev.mindfulcode.gateway.database.Database;
import dev.mindfulcode.gateway.database.IdentitySchema;
import dev.mindfulcode.gateway.database.UserCiphers;
import dev.mindfulcode.gateway.documents.DocumentConfiguration;
import dev.mindfulcode.gateway.feedback.FeedbackConfiguration;
import dev.mindfulcode.gateway.flow.FlowConfiguration;
import dev.mindfulcode.gateway.graphql.GraphQlConfiguration;
import dev.mindfulcode.gateway.http.OperatorToken;
import dev.mindfulcode.gateway.idempotency.IdempotencyConfiguration;
import dev.mindfulcode.gateway.limits.LimitConfiguration;
import dev.mindfulcode.gateway.live.LiveConfiguration;
import dev.mindfulcode.gateway.log.EventLog;
import dev.mindfulcode.gateway.log.KafkaReachability;
import dev.mindfulcode.gateway.log.LogAddress;
import dev.mindfulcode.gateway.log.Outbox;
import dev.mindfulcode.gateway.log.OutboxRelay;
import dev.mindfulcode.gateway.log.RegistryReachability;
import dev.mindfulcode.gateway.operations.OperationsConfiguration;
import dev.mindfulcode.gateway.plugins.PluginConfiguration;
import dev.mindfulcode.gateway.privacy.PrivacyConfiguration;
import dev.mindfulcode.gateway.projections.ProjectionsConfiguration;
import dev.mindfulcode.gateway.sessions.SessionConfiguration;
import dev.mindfulcode.gateway.teams.TeamConfiguration;
import dev.mindfulcode.gateway.webhooks.WebhookConfiguration;
import dev.mindfulcode.protection.KeyEncryptionKey;
import dev.mindfulcode.protection.PostgresUrl;
import dev.mindfulcode.protection.PostgresUserKeys;
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
        IdentitySchema.migrate(direct);
        PostgresUserKeys.migrate(direct);
        return new Database(settings.database(), settings.maxConnections());
    }

    @Bean
    UserCiphers gatewayUserCiphers(GatewaySettings settings, Database database) {
        return new UserCiphers(PostgresUserKeys.open(database.blocking(), settings.encryptionKey()));
    }

    /** Where the log is, for whoever follows it. */
    @Bean
    LogAddress gatewayLogAddress(GatewaySettings settings) {
        return new LogAddress(settings.kafkaBootstrapServers(), settings.schemaRegistry());
    }

    @Bean
    EventLog gatewayEventLog(GatewaySettings settings) {
        return new EventLog(settings.kafkaBootstrapServers(), settings.schemaRegistry());
    }

    @Bean
    KafkaReachability gatewayKafkaReachability(GatewaySettings settings) {
        return new KafkaReachability(settings.kafkaBootstrapServers());
    }

    @Bean
    RegistryReachability gatewayRegistryReachability(LogAddress log) {
        return new RegistryReachability(log.registry().url());
    }

    @Bean
    OutboxRelay gatewayOutboxRelay(Database database, EventLog log) {
        return new OutboxRelay(database.blocking(), log);
    }

    @Bean
    Outbox gatewayOutbox(Database database, OutboxRelay relay) {
        return new Outbox(database, relay::wake);
    }
}
