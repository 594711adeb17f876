package dev.mindfulcode.apigateway;

import dev.mindfulcode.apigateway.accounts.AccountConfiguration;
import dev.mindfulcode.apigateway.accounts.AccountConfiguration.TokenTrust;
import dev.mindfulcode.apigateway.admin.AdminConfiguration;
import dev.mindfulcode.apigateway.alerts.AlertConfiguration;
import dev.mindfulcode.apigateway.calendar.CalendarConfiguration;
import dev.mindfulcode.apigateway.collection.CollectionConfiguration;
import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.database.GatewaySchema;
import dev.mindfulcode.apigateway.deadletters.DeadLetterConfiguration;
import dev.mindfulcode.apigateway.documents.DocumentConfiguration;
import dev.mindfulcode.apigateway.feedback.FeedbackConfiguration;
import dev.mindfulcode.apigateway.flow.FlowConfiguration;
import dev.mindfulcode.apigateway.goals.GoalConfiguration;
import dev.mindfulcode.apigateway.graphql.GraphQlConfiguration;
import dev.mindfulcode.apigateway.http.OperatorToken;
import dev.mindfulcode.apigateway.idempotency.IdempotencyConfiguration;
import dev.mindfulcode.apigateway.limits.LimitConfiguration;
import dev.mindfulcode.apigateway.limits.LimitSettings;
import dev.mindfulcode.apigateway.live.LiveConfiguration;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.apigateway.log.KafkaHealth;
import dev.mindfulcode.apigateway.log.Outbox;
import dev.mindfulcode.apigateway.log.OutboxRelay;
import dev.mindfulcode.apigateway.log.RegistryHealth;
import dev.mindfulcode.apigateway.operations.GatewayMetrics;
import dev.mindfulcode.apigateway.operations.OperationsConfiguration;
import dev.mindfulcode.apigateway.plugins.PluginConfiguration;
import dev.mindfulcode.apigateway.portability.PortabilityConfiguration;
import dev.mindfulcode.apigateway.privacy.ErasureConfiguration;
import dev.mindfulcode.apigateway.privacy.PrivacySettingsConfiguration;
import dev.mindfulcode.apigateway.privacy.SmtpSettings;
import dev.mindfulcode.apigateway.projections.ProjectionsConfiguration;
import dev.mindfulcode.apigateway.sessions.SessionConfiguration;
import dev.mindfulcode.apigateway.teams.TeamConfiguration;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.dataprotection.ProtectionSecrets;
import dev.mindfulcode.management.tracing.Tracing;
import dev.mindfulcode.webhooks.WebhookSettings;
import javax.sql.DataSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * The gateway as a Spring configuration with a web server. Nothing is found by scanning and all beans are named
 * {@code gateway…}, so that it can share a context with other services.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(GatewaySettings.class)
@Import({
    WebServerConfiguration.class,
    SecurityConfiguration.class,
    AccountConfiguration.class,
    AlertConfiguration.class,
    CalendarConfiguration.class,
    CollectionConfiguration.class,
    DocumentConfiguration.class,
    ErasureConfiguration.class,
    FeedbackConfiguration.class,
    FlowConfiguration.class,
    GoalConfiguration.class,
    GraphQlConfiguration.class,
    IdempotencyConfiguration.class,
    LimitConfiguration.class,
    LiveConfiguration.class,
    AdminConfiguration.class,
    DeadLetterConfiguration.class,
    PluginConfiguration.class,
    PrivacySettingsConfiguration.class,
    PortabilityConfiguration.class,
    ProjectionsConfiguration.class,
    SessionConfiguration.class,
    TeamConfiguration.class,
    OperationsConfiguration.class
})
public class GatewayConfiguration {

    @Bean
    TokenTrust gatewayTokenTrust(GatewaySettings settings) {
        return settings.tokenTrust();
    }

    @Bean
    KeyEncryptionKey gatewayKeyEncryptionKey(GatewaySettings settings) {
        return settings.encryption().parsed();
    }

    @Bean
    OperatorToken gatewayOperatorToken(GatewaySettings settings) {
        return settings.operator().parsed();
    }

    @Bean
    LimitSettings gatewayLimitSettings(GatewaySettings settings) {
        return settings.limits();
    }

    @Bean
    WebhookSettings gatewayWebhookSettings(GatewaySettings settings) {
        return settings.webhook().parsed();
    }

    @Bean
    SmtpSettings gatewaySmtpSettings(GatewaySettings settings) {
        return settings.smtp().parsed();
    }

    @Bean
    PostgresUrl gatewayDatabaseUrl(GatewaySettings settings) {
        return settings.database().parsed();
    }

    /** Migrates the schemas before anything uses the database. */
    @Bean
    Database gatewayDatabase(GatewaySettings settings) {
        DataSource direct = settings.database().parsed().dataSource();
        GatewaySchema.migrate(direct);
        PostgresUserKeys.migrate(direct);
        return new Database(settings.database().parsed(), settings.database().replica(), settings.maxConnections());
    }

    @Bean
    PostgresUserKeys gatewayUserKeys(Database database, KeyEncryptionKey keyEncryptionKey) {
        return PostgresUserKeys.open(database.blocking(), keyEncryptionKey);
    }

    @Bean
    ProtectionSecrets gatewayProtectionSecrets(Database database, KeyEncryptionKey keyEncryptionKey) {
        return new ProtectionSecrets(database.blocking(), keyEncryptionKey);
    }

    @Bean
    AsyncUserCiphers gatewayUserCiphers(PostgresUserKeys keys) {
        return new AsyncUserCiphers(keys);
    }

    @Bean
    Tracing gatewayTracing(GatewaySettings settings) {
        return Tracing.of("api-gateway", settings.otel());
    }

    @Bean
    KafkaConnection gatewayKafkaConnection(GatewaySettings settings) {
        return new KafkaConnection(settings.kafka().parsed(), settings.registry());
    }

    @Bean
    EventPublisher gatewayEventPublisher(KafkaConnection kafka, AsyncUserCiphers ciphers, GatewayMetrics metrics) {
        return new EventPublisher(kafka, ciphers, metrics.observations());
    }

    @Bean
    KafkaHealth gatewayKafkaHealth(KafkaConnection kafka) {
        return new KafkaHealth(kafka);
    }

    @Bean
    RegistryHealth gatewayRegistryHealth(KafkaConnection kafka) {
        return new RegistryHealth(kafka.registry().url());
    }

    @Bean
    OutboxRelay gatewayOutboxRelay(Database database, EventPublisher publisher) {
        return new OutboxRelay(database.blocking(), publisher);
    }

    @Bean
    Outbox gatewayOutbox(Database database, OutboxRelay relay) {
        return new Outbox(database, relay::wake);
    }
}
