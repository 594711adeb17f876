package dev.mindfulcode.apigateway.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

class DatabaseTest {

    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    @Test
    void plansEachExecutionForTheCurrentTables() {
        String url = TestPlatform.shared().freshDatabase();
        try (Database database = new Database(PostgresUrl.parse(url), 1)) {
            for (int i = 0; i < 12; i++) {
                database.sql("SELECT count(*) FROM pg_class WHERE relpages >= :pages")
                        .bind("pages", i)
                        .map(row -> row.get(0, Long.class))
                        .one()
                        .block(TIMEOUT);
            }
            Long genericPlans = database.sql("SELECT sum(generic_plans)::bigint AS plans FROM pg_prepared_statements"
                            + " WHERE statement LIKE '%relpages >=%'")
                    .map(row -> Objects.requireNonNull(row.get("plans", Long.class)))
                    .one()
                    .block(TIMEOUT);
            assertThat(genericPlans).isZero();
        }
    }

    @Test
    void readsFromTheReplicaWhereTheContextAllowsIt() {
        PostgresUrl primary = PostgresUrl.parse(TestPlatform.shared().freshDatabase());
        PostgresUrl replica = PostgresUrl.parse(TestPlatform.shared().freshDatabase());
        claimsToFollow(replica);
        try (Database database = new Database(primary, replica, 1)) {
            Mono<String> name = database.sql("SELECT current_database()::text AS name")
                    .map(row -> Objects.requireNonNull(row.get("name", String.class)))
                    .one();

            assertThat(name.contextWrite(Replica::allow).block(TIMEOUT)).isEqualTo(nameOf(replica));
            assertThat(name.block(TIMEOUT)).isEqualTo(nameOf(primary));
            assertThat(name.contextWrite(Replica::refuse)
                            .contextWrite(Replica::allow)
                            .block(TIMEOUT))
                    .isEqualTo(nameOf(primary));
            assertThat(database.inTransaction(name).contextWrite(Replica::allow).block(TIMEOUT))
                    .as("transactions write")
                    .isEqualTo(nameOf(primary));
            assertThatThrownBy(() -> database.sql("CREATE TABLE written (n bigint)")
                            .then()
                            .contextWrite(Replica::allow)
                            .block(TIMEOUT))
                    .hasMessageContaining("read-only");
        }
    }

    @Test
    void readsFromThePrimaryWhileTheReplicaIsUnavailable() {
        PostgresUrl primary = PostgresUrl.parse(TestPlatform.shared().freshDatabase());
        PostgresUrl replica = PostgresUrl.parse("postgresql://user:password@127.0.0.1:1/unavailable");
        try (Database database = new Database(primary, replica, 1)) {
            for (int i = 0; i < 3; i++) {
                assertThat(database.sql("SELECT 1 AS one")
                                .map(row -> Objects.requireNonNull(row.get("one", Integer.class)))
                                .one()
                                .contextWrite(Replica::allow)
                                .block(TIMEOUT))
                        .isEqualTo(1);
            }
        }
    }

    /** As a standby that was promoted, or that has lost its primary: what it has grows old. */
    @Test
    void readsFromThePrimaryWhileTheReplicaReceivesNothing() {
        PostgresUrl primary = PostgresUrl.parse(TestPlatform.shared().freshDatabase());
        PostgresUrl replica = PostgresUrl.parse(TestPlatform.shared().freshDatabase());
        try (Database database = new Database(primary, replica, 1)) {
            assertThat(database.sql("SELECT current_database()::text AS name")
                            .map(row -> Objects.requireNonNull(row.get("name", String.class)))
                            .one()
                            .contextWrite(Replica::allow)
                            .block(TIMEOUT))
                    .isEqualTo(nameOf(primary));
        }
    }

    @Test
    void isReachableWhileRequestsUseTheWholePool() throws InterruptedException {
        PostgresUrl url = PostgresUrl.parse(TestPlatform.shared().freshDatabase());
        CountDownLatch held = new CountDownLatch(1);
        try (Database database = new Database(url, 1)) {
            Disposable busy = database.inTransaction(database.sql("SELECT 1")
                            .then()
                            .doOnSuccess(_ -> held.countDown())
                            .then(Mono.never()))
                    .subscribe();
            held.await();

            assertThat(database.isReachable(TIMEOUT).block()).isTrue();
            assertThat(database.activeConnections()).as("still in use").isEqualTo(1);
            busy.dispose();
        }
        PostgresUrl nowhere = PostgresUrl.parse("postgresql://user:password@127.0.0.1:1/unavailable");
        try (Database database = new Database(nowhere, 1)) {
            assertThat(database.isReachable(TIMEOUT).block()).isFalse();
        }
    }

    /** Lets a database say of itself that it receives from a primary and has replayed everything. */
    private static void claimsToFollow(PostgresUrl url) {
        try (Database database = new Database(url, 1)) {
            for (String statement : List.of(
                    "CREATE SCHEMA standby",
                    "CREATE VIEW standby.pg_stat_wal_receiver AS SELECT 1 AS pid",
                    "CREATE FUNCTION standby.pg_last_wal_receive_lsn() RETURNS pg_lsn LANGUAGE sql RETURN pg_lsn '0/1'",
                    "CREATE FUNCTION standby.pg_last_wal_replay_lsn() RETURNS pg_lsn LANGUAGE sql RETURN pg_lsn '0/1'",
                    "ALTER DATABASE \"" + nameOf(url) + "\" SET search_path = standby, pg_catalog, public")) {
                database.sql(statement).then().block(TIMEOUT);
            }
        }
    }

    private static String nameOf(PostgresUrl url) {
        return url.jdbcUrl().replaceFirst("\\?.*", "").replaceFirst(".*/", "");
    }

    @Test
    void readsRowsWithoutRestoringThreadLocals() {
        String url = TestPlatform.shared().freshDatabase();
        CountingAccessor accessor = new CountingAccessor();
        ContextRegistry.getInstance().registerThreadLocalAccessor(accessor);
        try (Database database = new Database(PostgresUrl.parse(url), 1)) {
            List<Long> rows = database.inTransaction(
                            database.sql("SELECT n::bigint AS n FROM generate_series(1, 1000) AS n")
                                    .map(row -> Objects.requireNonNull(row.get("n", Long.class)))
                                    .all()
                                    .collectList())
                    .contextWrite(context -> context.put(CountingAccessor.KEY, "of the request"))
                    .block(TIMEOUT);

            assertThat(rows).hasSize(1000);
            assertThat(accessor.restored).hasValueLessThan(100);
        } finally {
            ContextRegistry.getInstance().removeThreadLocalAccessor(CountingAccessor.KEY);
        }
    }

    private static final class CountingAccessor implements ThreadLocalAccessor<String> {

        static final String KEY = "counting-accessor";

        private final AtomicInteger restored = new AtomicInteger();

        @Override
        public Object key() {
            return KEY;
        }

        @Override
        public @Nullable String getValue() {
            return null;
        }

        @Override
        public void setValue(String value) {
            restored.incrementAndGet();
        }

        @Override
        public void setValue() {}
    }
}
