package dev.mindfulcode.apigateway.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

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
