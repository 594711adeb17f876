package dev.mindfulcode.apigateway.privacy;

import dev.mindfulcode.apigateway.accounts.Reauthentication;
import dev.mindfulcode.apigateway.alerts.Alerts;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.apigateway.log.Outbox;
import dev.mindfulcode.apigateway.operations.GatewayMetrics;
import dev.mindfulcode.apigateway.teams.Teams;
import dev.mindfulcode.dataprotection.DatabaseScrub;
import dev.mindfulcode.dataprotection.Erasures;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.ProtectionSecrets;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.identity.accounts.AccountErasure;
import dev.mindfulcode.identity.tokens.RevocationTable;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import io.micrometer.core.instrument.Counter;
import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Wires the erasure of accounts. */
@Configuration(value = "gatewayErasureConfiguration", proxyBeanMethods = false)
public class ErasureConfiguration {

    private static final int THREADS_MAX = 2;
    private static final int QUEUED_TASKS_MAX = 100;

    private final Clock clock = Clock.systemUTC();

    @Bean
    Erasures gatewayErasures(Database database) {
        return new Erasures(database.blocking());
    }

    @Bean
    SealedEvents<AccountEvent> gatewayErasedEvents(KafkaConnection kafka) {
        return new SealedEvents<>(Topics.ACCOUNTS, kafka.registry());
    }

    @Bean
    ErasureRunner gatewayErasureRunner(
            Database database,
            Erasures erasures,
            Outbox outbox,
            Teams teams,
            Alerts alerts,
            SealedEvents<AccountEvent> gatewayErasedEvents,
            KafkaConnection kafka,
            GatewayMetrics metrics) {
        ErasureSteps steps = new ErasureSteps(
                database.blocking(),
                erasures,
                outbox,
                teams,
                alerts,
                gatewayErasedEvents::erasure,
                new StreamProgress(kafka),
                new DatabaseScrub(database.blocking(), AccountErasure.tables()),
                System::nanoTime);
        Counter completed = Counter.builder("mindful.gateway.erasures.completed")
                .description("Erasures of accounts that are complete")
                .register(metrics.registry());
        return new ErasureRunner(database.blocking(), erasures, steps.all(), steps::endRound, completed::increment);
    }

    @Bean
    Purge gatewayPurge(Database database, RevocationTable revocations, ErasureRunner runner, GatewayMetrics metrics) {
        Counter begun = Counter.builder("mindful.gateway.erasures.begun")
                .description("Erasures of accounts that have begun")
                .register(metrics.registry());
        Runnable committed = () -> {
            begun.increment();
            runner.wake();
        };
        return new Purge(database.blocking(), revocations, committed, new SecureRandom(), clock);
    }

    @Bean(destroyMethod = "dispose")
    Scheduler gatewayErasureThreads() {
        return Schedulers.newBoundedElastic(THREADS_MAX, QUEUED_TASKS_MAX, "gateway-purge");
    }

    @Bean
    EndpointGroup gatewayPurgeRoutes(
            Database database,
            KeyEncryptionKey keyEncryptionKey,
            Purge purge,
            Erasures erasures,
            Reauthentication reauthentication,
            Scheduler gatewayErasureThreads) {
        ReceiptSigner signer = new ReceiptSigner(new ProtectionSecrets(database.blocking(), keyEncryptionKey));
        return new PurgeRoutes(purge, erasures, reauthentication, signer, clock, gatewayErasureThreads)::addTo;
    }
}
