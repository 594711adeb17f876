package dev.mindfulcode.apigateway.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class DatabaseTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @Test
    void plansEachExecutionForTheTablesAsTheyAre() {
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
}
