package dev.mindfulcode.apigateway.collection;

import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the tables of what users let the product collect. */
@Configuration(value = "gatewayCollectionConfiguration", proxyBeanMethods = false)
public class CollectionConfiguration {

    @Bean
    CollectionSettingsTable gatewayCollectionSettings(Database database, AsyncUserCiphers ciphers) {
        return new CollectionSettingsTable(database, ciphers);
    }

    @Bean
    SettingsHistory gatewaySettingsHistory(Database database, AsyncUserCiphers ciphers) {
        return new SettingsHistory(database, ciphers);
    }
}
