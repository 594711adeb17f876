package dev.mindfulcode.apigateway.plugins;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.http.CredentialExpiry;
import dev.mindfulcode.apigateway.teams.Teams;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import dev.mindfulcode.webkit.transport.ConnectionLimits;
import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires {@link Plugins} and {@link Runs}. */
@Configuration(value = "gatewayPluginConfiguration", proxyBeanMethods = false)
public class PluginConfiguration {

    @Bean
    PluginLoader gatewayPluginLoader() {
        return new PluginLoader();
    }

    @Bean
    Plugins gatewayPlugins(Database database, PluginLoader loader) {
        return new Plugins(database, loader, new SecureRandom(), Clock.systemUTC());
    }

    @Bean
    EndpointGroup gatewayPluginRoutes(Plugins plugins, Database database, PluginLoader loader) {
        SharedPlugins shared = new SharedPlugins(database, loader, new SecureRandom(), Clock.systemUTC());
        return new PluginRoutes(plugins, shared, loader.moduleBytesMax())::addTo;
    }

    @Bean
    EndpointGroup gatewayRunRoutes(
            Database database, Plugins plugins, Teams teams, CredentialExpiry ends, ConnectionLimits rules) {
        Runs runs = new Runs(database, plugins, teams, new SecureRandom(), Clock.systemUTC());
        return new RunRoutes(runs, new RunProgress(runs, ends, rules), new RunExport(runs))::addTo;
    }
}
