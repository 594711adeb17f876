package dev.mindfulcode.apigateway.portability;

import dev.mindfulcode.apigateway.collection.CollectionSettingsTable;
import dev.mindfulcode.apigateway.collection.SettingsHistory;
import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.apigateway.sessions.SessionExclusions;
import dev.mindfulcode.identity.accounts.AccountDetails;
import dev.mindfulcode.identity.accounts.AccountTable;
import dev.mindfulcode.identity.tokens.RefreshTokens;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires exports and imports of users' data. */
@Configuration(value = "gatewayPortabilityConfiguration", proxyBeanMethods = false)
public class PortabilityConfiguration {

    @Bean
    Exports gatewayExports(
            Database database,
            AccountDetails details,
            RefreshTokens signIns,
            CollectionSettingsTable settings,
            SettingsHistory history,
            AsyncUserCiphers ciphers,
            KafkaConnection kafka) {
        AccountTable accounts = new AccountTable(database);
        ExportSections sections = new ExportSections(database, details, ciphers, signIns, settings, history);
        return new Exports(
                database,
                new ExportRun.Sources(
                        sections.all(),
                        kafka,
                        ciphers,
                        userId -> accounts.timeZone(userId).hasElement()),
                new SecureRandom(),
                Clock.systemUTC());
    }

    @Bean
    Imports gatewayImports(
            Database database,
            AsyncUserCiphers ciphers,
            CollectionSettingsTable settings,
            SessionExclusions exclusions,
            EventPublisher publisher,
            KafkaConnection kafka) {
        return new Imports(database, ciphers, settings, exclusions, publisher, kafka.registry());
    }

    @Bean
    EndpointGroup gatewayImportRoutes(Imports imports) {
        return new ImportRoutes(imports, InstantSource.system())::addTo;
    }

    @Bean
    EndpointGroup gatewayExportRoutes(Exports exports) {
        return new ExportRoutes(exports)::addTo;
    }
}
