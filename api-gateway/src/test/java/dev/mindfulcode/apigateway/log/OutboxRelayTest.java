package dev.mindfulcode.apigateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.TestKafka;
import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.database.GatewaySchema;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.embeddedplatform.Platform;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import io.micrometer.observation.ObservationRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

class OutboxRelayTest {

    private final Platform platform = TestPlatform.shared();
    private final SchemaRegistry registry = new SchemaRegistry(platform.registryUrl(), true);
    private final PostgresUrl url = PostgresUrl.parse(platform.freshDatabase());
    private final DataSource dataSource = migrated();
    private final Database database = new Database(url, 4);
    private final PostgresUserKeys keys = PostgresUserKeys.open(dataSource, randomKey());
    private final AsyncUserCiphers ciphers = new AsyncUserCiphers(keys);
    private final Outbox outbox = new Outbox(database, () -> {});
    private final EventPublisher log = new EventPublisher(
            new KafkaConnection(KafkaCluster.of(platform.bootstrapServers()), registry),
            ciphers,
            ObservationRegistry.NOOP);
    private final TestKafka testLog = new TestKafka(platform.bootstrapServers(), registry, keys);
    private final UUID ada = newUser();
    private final OutboxRelay relay = new OutboxRelay(dataSource, log);

    private DataSource migrated() {
        try (Admin admin =
                Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, platform.bootstrapServers()))) {
            Topics.createMissing(admin, 6, (short) 1);
        }
        DataSource source = url.dataSource();
        GatewaySchema.migrate(source);
        PostgresUserKeys.migrate(source);
        return source;
    }

    private static KeyEncryptionKey randomKey() {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        return KeyEncryptionKey.parse(Base64.getEncoder().encodeToString(key));
    }

    private UUID newUser() {
        return keys.create(UUID.randomUUID()).userId();
    }

    @AfterEach
    void stop() {
        relay.stop();
        log.close();
        ciphers.close();
        testLog.close();
        keys.close();
        database.close();
    }

    private byte[] event(UUID user, int number) {
        return testLog.seal(
                Topics.ACCOUNTS,
                user,
                AccountEvent.newBuilder()
                        .setKind(AccountEventKind.SETTINGS_CHANGED)
                        .setAt(Instant.ofEpochMilli(number))
                        .build());
    }

    private void commit(UUID user, int number) {
        database.inTransaction(outbox.add(Topics.ACCOUNTS.name(), user, event(user, number)))
                .block();
    }

    private List<Long> numbersOnTheLog(int countMin) {
        return testLog.read(Topics.ACCOUNTS, ada, countMin).stream()
                .map(event -> event.getAt().toEpochMilli())
                .toList();
    }

    private long rows() {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from gateway.outbox")) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitRows(long count) {
        long deadlineNs = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (rows() != count) {
            assertThat(System.nanoTime() - deadlineNs).as("in time").isNegative();
            Thread.onSpinWait();
        }
    }

    @Test
    void publishesEventsCommittedBeforeACrashAfterTheNextStart() {
        for (int i = 0; i < 20; i++) {
            commit(ada, i);
            commit(newUser(), i);
        }
        relay.start();
        awaitRows(0);
        assertThat(numbersOnTheLog(20))
                .isEqualTo(Flux.range(0, 20).map(Long::valueOf).collectList().block());
    }

    @Test
    void doesNotPublishRolledBackEvents() {
        relay.start();
        var rolledBack = outbox.add(Topics.ACCOUNTS.name(), ada, event(ada, 1))
                .then(reactor.core.publisher.Mono.<Void>error(new IllegalStateException("after all not")));
        assertThat(database.inTransaction(rolledBack).onErrorComplete().block()).isNull();
        commit(ada, 2);
        awaitRows(0);
        assertThat(numbersOnTheLog(1)).containsExactly(2L);
    }

    @Test
    void publishesEventsOfTransactionsThatCommitLate() throws SQLException {
        relay.start();
        try (Connection late = dataSource.getConnection();
                PreparedStatement insert = late.prepareStatement(
                        "insert into gateway.outbox (topic, record_key, record_value) values (?, ?, ?)")) {
            late.setAutoCommit(false);
            insert.setString(1, Topics.ACCOUNTS.name());
            insert.setString(2, ada.toString());
            insert.setBytes(3, event(ada, 1));
            insert.executeUpdate();
            UUID bob = newUser();
            commit(bob, 2);
            awaitRows(0);
            assertThat(testLog.read(Topics.ACCOUNTS, bob, 1)).hasSize(1);
            late.commit();
        }
        awaitRows(0);
        assertThat(numbersOnTheLog(1)).containsExactly(1L);
    }

    @Test
    void repeatsEventsAfterACrashAndLosesNone() {
        AtomicBoolean crashed = new AtomicBoolean();
        OutboxRelay crashing = new OutboxRelay(crashingOnFirstDelete(crashed), log);
        for (int i = 0; i < 3; i++) {
            commit(ada, i);
        }
        crashing.start();
        awaitRows(0);
        crashing.stop();
        assertThat(crashed).isTrue();
        assertThat(numbersOnTheLog(4)).containsExactly(0L, 0L, 1L, 2L);
    }

    /** Simulates a power loss that lost the last records: the rows have positions that Kafka does not. */
    @Test
    void republishesEventsThatKafkaLostAndLowersSessionOffsets() throws SQLException {
        for (int i = 0; i < 3; i++) {
            commit(ada, i);
        }
        relay.start();
        awaitRows(0);
        relay.stop();
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("update gateway.sent_events set log_offset = log_offset + 1000000 where log_offset >="
                    + " (select max(log_offset) - 1 from gateway.sent_events)");
            statement.execute("insert into gateway.session_owners values (gen_random_uuid(), gen_random_uuid(),"
                    + " now(), 'active', null, 0, 1000000000)");
        }
        OutboxRelay next = new OutboxRelay(dataSource, log);

        next.start();

        assertThat(numbersOnTheLog(5)).containsExactly(0L, 1L, 2L, 1L, 2L);
        awaitRows(0);
        next.stop();
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select log_offset from gateway.session_owners")) {
            row.next();
            assertThat(row.getLong(1)).isLessThan(1_000_000);
        }
    }

    @Test
    void keepsTheOrderPerUserWithTwoRelays() {
        OutboxRelay second = new OutboxRelay(dataSource, log);
        relay.start();
        second.start();
        for (int i = 0; i < 50; i++) {
            commit(ada, i);
            relay.wake();
            second.wake();
        }
        awaitRows(0);
        second.stop();
        assertThat(numbersOnTheLog(50)).isSorted().doesNotHaveDuplicates().hasSize(50);
    }

    private DataSource crashingOnFirstDelete(AtomicBoolean crashed) {
        return proxy(
                DataSource.class,
                dataSource,
                (name, result) -> !name.equals("getConnection")
                        ? result
                        : proxy(Connection.class, (Connection) result, (method, inner) -> {
                            if (inner instanceof PreparedStatement statement
                                    && statement.toString().startsWith("DELETE")
                                    && crashed.compareAndSet(false, true)) {
                                statement.close();
                                throw new SQLException("the process is gone");
                            }
                            return inner;
                        }));
    }

    private static <T> T proxy(Class<T> type, T target, Interception interception) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    try {
                        return interception.after(method.getName(), method.invoke(target, arguments));
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private interface Interception {
        Object after(String method, Object result) throws SQLException;
    }
}
