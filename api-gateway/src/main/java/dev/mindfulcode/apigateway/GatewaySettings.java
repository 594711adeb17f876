package dev.mindfulcode.apigateway;

import dev.mindfulcode.apigateway.accounts.AccountConfiguration.TokenTrust;
import dev.mindfulcode.apigateway.http.OperatorToken;
import dev.mindfulcode.apigateway.limits.LimitSettings;
import dev.mindfulcode.apigateway.privacy.SmtpSettings;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.identity.JwtSecret;
import dev.mindfulcode.identity.OidcIssuer;
import dev.mindfulcode.management.ManagementServer;
import dev.mindfulcode.management.tracing.TracingSettings;
import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.webhooks.WebhookSettings;
import dev.mindfulcode.webkit.limits.CidrBlock;
import dev.mindfulcode.webkit.limits.Quota;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the gateway, bound from environment variables: {@code database.url} is {@code DATABASE_URL}. An invalid
 * setting stops the start. docs/configuration.md describes each variable.
 */
@ConfigurationProperties
record GatewaySettings(
        @DefaultValue DatabaseSettings database,
        @DefaultValue KafkaSettings kafka,
        @DefaultValue RegistrySettings schemaRegistry,
        @DefaultValue JwtSettings jwt,
        @DefaultValue OidcSettings oidc,
        @DefaultValue EncryptionSettings encryption,
        @DefaultValue OperatorSettings operator,
        @DefaultValue CorsSettings cors,
        @DefaultValue RateLimitSettings rateLimit,
        @DefaultValue RedisSettings redis,
        @DefaultValue WebhookAccess webhook,
        @DefaultValue MailSettings smtp,
        @DefaultValue MindfulSettings mindful,
        @DefaultValue TracingSettings otel,
        @DefaultValue("") String trustedProxies,
        @DefaultValue("20") Integer maxConnections,
        @DefaultValue("3001") Integer port,
        @DefaultValue("9464") Integer managementPort,
        @Nullable String managementAddress) {

    private static final int MAX_CONNECTIONS_LIMIT = 1_000;
    private static final int PORT_MAX = 65_535;

    GatewaySettings {
        requireBetween("MAX_CONNECTIONS", maxConnections, 1, MAX_CONNECTIONS_LIMIT);
        requireBetween("PORT", port, 0, PORT_MAX);
        ManagementServer.address(managementAddress, managementPort);
        rateLimit.with(trustedProxies, redis.url());
    }

    LimitSettings limits() {
        return rateLimit.with(trustedProxies, redis.url());
    }

    InetSocketAddress management() {
        return ManagementServer.address(managementAddress, managementPort);
    }

    SchemaRegistry registry() {
        return new SchemaRegistry(schemaRegistry.url(), mindful.registerSchemas());
    }

    TokenTrust tokenTrust() {
        return new TokenTrust(JwtSecret.parse(jwt.secret()), OidcIssuer.parse(oidc.issuerUri(), oidc.audience()));
    }

    record DatabaseSettings(
            @DefaultValue("") String url, @DefaultValue("") String replicaUrl) {

        DatabaseSettings {
            requireSet("DATABASE_URL", url, "postgresql://user:password@localhost:5432/mindful");
            PostgresUrl.parse(url);
            if (!replicaUrl.isBlank()) {
                PostgresUrl.parse("DATABASE_REPLICA_URL", replicaUrl);
            }
        }

        PostgresUrl parsed() {
            return PostgresUrl.parse(url);
        }

        @Nullable
        PostgresUrl replica() {
            return replicaUrl.isBlank() ? null : PostgresUrl.parse("DATABASE_REPLICA_URL", replicaUrl);
        }

        @Override
        public String toString() {
            return "DatabaseSettings";
        }
    }

    record KafkaSettings(
            @DefaultValue("") String bootstrapServers,
            @Nullable String clientProperties) {

        KafkaSettings {
            KafkaCluster.parse(bootstrapServers, clientProperties);
        }

        KafkaCluster parsed() {
            return KafkaCluster.parse(bootstrapServers, clientProperties);
        }
    }

    record RegistrySettings(@DefaultValue("") String url) {

        RegistrySettings {
            requireSet("SCHEMA_REGISTRY_URL", url, "http://localhost:8081/apis/registry/v3");
        }
    }

    record JwtSettings(@DefaultValue("") String secret) {

        JwtSettings {
            JwtSecret.parse(secret);
        }

        @Override
        public String toString() {
            return "JwtSettings";
        }
    }

    record OidcSettings(
            @DefaultValue("") String issuerUri,
            @DefaultValue("") String audience) {

        OidcSettings {
            OidcIssuer.parse(issuerUri, audience);
        }
    }

    record EncryptionSettings(
            @DefaultValue("") String key, @Nullable String keyPrevious) {

        EncryptionSettings {
            KeyEncryptionKey.parse(key, keyPrevious);
        }

        KeyEncryptionKey parsed() {
            return KeyEncryptionKey.parse(key, keyPrevious);
        }

        @Override
        public String toString() {
            return "EncryptionSettings";
        }
    }

    record OperatorSettings(@DefaultValue("") String token) {

        OperatorSettings {
            OperatorToken.parse(token);
        }

        OperatorToken parsed() {
            return OperatorToken.parse(token);
        }

        @Override
        public String toString() {
            return "OperatorSettings";
        }
    }

    record CorsSettings(@DefaultValue("") String origins) {}

    /** Quotas as requests/seconds or {@code off}; exempt networks as CIDR blocks separated by commas. */
    record RateLimitSettings(
            @DefaultValue(ADDRESS_DEFAULT) String address,
            @DefaultValue(USER_DEFAULT) String user,
            @DefaultValue(SIGN_IN_DEFAULT) String signIn,
            @DefaultValue(REGISTER_DEFAULT) String register,
            @DefaultValue(ACCOUNT_DEFAULT) String account,
            @DefaultValue("") String exempt) {

        private static final String ADDRESS_DEFAULT = "3000/60";
        private static final String USER_DEFAULT = "1200/60";
        private static final String SIGN_IN_DEFAULT = "60/300";
        private static final String REGISTER_DEFAULT = "60/3600";
        private static final String ACCOUNT_DEFAULT = "10/900";

        RateLimitSettings {
            address = address.isBlank() ? ADDRESS_DEFAULT : address;
            user = user.isBlank() ? USER_DEFAULT : user;
            signIn = signIn.isBlank() ? SIGN_IN_DEFAULT : signIn;
            register = register.isBlank() ? REGISTER_DEFAULT : register;
            account = account.isBlank() ? ACCOUNT_DEFAULT : account;
        }

        LimitSettings with(String trustedProxies, String redisUrl) {
            return new LimitSettings(
                    Quota.parse("address", "RATE_LIMIT_ADDRESS", address),
                    Quota.parse("user", "RATE_LIMIT_USER", user),
                    Quota.parse("sign-in", "RATE_LIMIT_SIGN_IN", signIn),
                    Quota.parse("register", "RATE_LIMIT_REGISTER", register),
                    Quota.parse("account", "RATE_LIMIT_ACCOUNT", account),
                    CidrBlock.parseAll("RATE_LIMIT_EXEMPT", exempt),
                    CidrBlock.parseAll("TRUSTED_PROXIES", trustedProxies),
                    redisUrl.isBlank() ? null : redisUrl.strip());
        }
    }

    record RedisSettings(@DefaultValue("") String url) {

        @Override
        public String toString() {
            return "RedisSettings";
        }
    }

    record WebhookAccess(
            @DefaultValue("") String allowedNetworks,
            @DefaultValue("false") boolean allowHttp) {

        WebhookAccess {
            CidrBlock.parseAll("WEBHOOK_ALLOWED_NETWORKS", allowedNetworks);
        }

        WebhookSettings parsed() {
            return new WebhookSettings(CidrBlock.parseAll("WEBHOOK_ALLOWED_NETWORKS", allowedNetworks), allowHttp);
        }
    }

    record MailSettings(
            @DefaultValue("") String url, @DefaultValue("") String from) {

        MailSettings {
            SmtpSettings.parse(url, from);
        }

        SmtpSettings parsed() {
            return SmtpSettings.parse(url, from);
        }

        @Override
        public String toString() {
            return "MailSettings";
        }
    }

    record MindfulSettings(@DefaultValue("false") boolean registerSchemas) {}

    private static void requireSet(String variable, String value, String example) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(variable + " is not set. Set it, for example " + example + ".");
        }
    }

    private static void requireBetween(String variable, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    variable + " is " + value + "; must be from " + min + " to " + max + ".");
        }
    }
}
