package dev.mindfulcode.apigateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.database.GatewaySchema;
import dev.mindfulcode.apigateway.flow.HistoryQueries.Day;
import dev.mindfulcode.apigateway.flow.HistoryQueries.Sums;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelChangesTest {

    private static final LocalDate TODAY = LocalDate.parse("2026-03-01");

    private Instant now = Instant.parse("2026-03-02T09:00:00Z");
    private String model = "network-1";

    @Test
    void firstModelHasNoChangeAndLaterOnesAreStoredOnce() {
        PostgresUrl url = PostgresUrl.parse(TestPlatform.shared().freshDatabase());
        GatewaySchema.migrate(url.dataSource());
        try (Database database = new Database(url, 2)) {
            ModelChanges changes = new ModelChanges(database, () -> model, () -> now);
            assertThat(changes.latest().block()).isEqualTo(Instant.EPOCH);

            now = now.plus(Duration.ofDays(1));
            model = "network-2";
            Instant changed = now;
            assertThat(changes.latest().block()).isEqualTo(changed);
            now = now.plus(Duration.ofDays(1));
            assertThat(changes.latest().block()).isEqualTo(changed);

            model = "network-1";
            assertThat(changes.latest().block()).as("back again").isEqualTo(now);
        }
    }

    @Test
    void trendBeginsAfterTheChange() {
        assertThat(trend(LocalDate.EPOCH).flowSharePerWeek()).isNotNull();
        Analytics.WeeklyTrend broken = trend(TODAY.minusWeeks(10));
        assertThat(broken.weeks()).hasSize(20);
        assertThat(broken.flowSharePerWeek()).isNull();
        assertThat(broken.missing().getFirst().amount()).isEqualTo(3);
    }

    private static Analytics.WeeklyTrend trend(LocalDate modelChangedOn) {
        List<Day> days = new ArrayList<>();
        for (LocalDate day = TODAY.minusWeeks(21); !day.isAfter(TODAY); day = day.plusDays(1)) {
            days.add(new Day(day, new Sums(3_600_000, 1_000_000, 1_800_000, 5_000, 100, 10)));
        }
        DateRange range = DateRange.upTo(TODAY, 21 * 7, ZoneOffset.UTC);
        return Analytics.of(range, days, List.of(), null, modelChangedOn).trend();
    }
}
