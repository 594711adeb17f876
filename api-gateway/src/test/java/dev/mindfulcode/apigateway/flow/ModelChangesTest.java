package dev.mindfulcode.apigateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.database.GatewaySchema;
import dev.mindfulcode.apigateway.flow.HistoryQueries.Day;
import dev.mindfulcode.apigateway.flow.HistoryQueries.Sums;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.embeddedplatform.Platform;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import dev.mindfulcode.flowengine.Calibration;
import dev.mindfulcode.flowengine.FlowDetector;
import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelArtefact;
import dev.mindfulcode.flowengine.ModelInputs;
import dev.mindfulcode.flowengine.Thresholds;
import dev.mindfulcode.schemas.ModelKind;
import dev.mindfulcode.schemas.PublishedModel;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ModelChangesTest {

    private static final LocalDate TODAY = LocalDate.parse("2026-03-01");

    private static final Instant T0 = Instant.parse("2026-03-02T09:00:00Z");

    private final Platform platform = TestPlatform.shared();

    @Test
    void firstModelHasNoChangeAndLaterOnesAreStoredOnce() {
        try (Database database = database()) {
            ModelChanges changes = new ModelChanges(database);
            assertThat(changes.latest().block()).isEqualTo(Instant.EPOCH);
            changes.addBuiltIn("built-in-1", T0).block();
            assertThat(changes.latest().block()).as("first").isEqualTo(Instant.EPOCH);

            changes.add("network-1", after(1)).block();
            changes.add("network-1", after(2)).block();
            assertThat(changes.latest().block()).as("put into use again").isEqualTo(after(1));
            changes.add("built-in-1", after(3)).block();
            assertThat(changes.latest().block()).as("back again").isEqualTo(after(3));

            changes.add("network-1", after(1)).block();
            changes.addBuiltIn("built-in-1", after(4)).block();
            assertThat(changes.latest().block()).as("read again").isEqualTo(after(3));
            assertThat(rows(database)).isEqualTo(3);
        }
    }

    @Test
    void gatewaysWithDifferentBuiltInModelsAddOneChangeEach() {
        try (Database database = database()) {
            ModelChanges changes = new ModelChanges(database);
            for (int day = 0; day < 6; day++) {
                changes.addBuiltIn("built-in-" + day % 2, after(day)).block();
            }
            assertThat(changes.latest().block()).isEqualTo(after(1));
            assertThat(rows(database)).isEqualTo(2);
        }
    }

    @Test
    void readingTheTopicAgainKeepsTheLatestModelAndItsTime() {
        byte[] published = published("published-1");
        try (Database database = database()) {
            ModelChanges changes = new ModelChanges(database);
            ModelFeed feed = feed(changes);
            feed.receive(active(0, after(1), published));
            assertThat(changes.latest().block()).isEqualTo(after(1));
            feed.receive(active(1, after(2), null));
            FlowDetector builtIn = feed.detector();
            feed.receive(active(0, after(1), published));
            assertThat(feed.detector()).as("an older record").isSameAs(builtIn);
            feed.receive(active(1, after(2), null));
            feed.backlogRead();
            assertThat(changes.latest().block()).isEqualTo(after(2));

            ModelFeed restarted = feed(changes);
            restarted.receive(active(2, after(3), published));
            restarted.backlogRead();
            assertThat(changes.latest().block()).isEqualTo(after(3));
            assertThat(rows(database)).isEqualTo(3);
        }
    }

    @Test
    void upgradeToRelativeFlowIsAChangeIfAnythingWasReadBefore() {
        PostgresUrl url = PostgresUrl.parse(platform.freshDatabase());
        GatewaySchema.migrate(url.dataSource());
        try (Database database = new Database(url, 2)) {
            ModelChanges changes = new ModelChanges(database);
            assertThat(rows(database)).as("a new installation").isZero();
            changes.addBuiltIn("built-in-1", T0).block();
            changes.add("network-1", T0).block();
            forgetUpgrade(database);
            Instant before = Instant.now().minusSeconds(60);

            GatewaySchema.migrate(url.dataSource());

            assertThat(changes.latest().block()).isAfter(before);
            assertThat(rows(database)).isEqualTo(3);
            changes.add("network-1", T0).block();
            changes.add("network-1", Instant.now().plusSeconds(60)).block();
            changes.addBuiltIn("built-in-1", Instant.now()).block();
            assertThat(rows(database)).as("no change of the model").isEqualTo(3);
        }
    }

    /** Undoes the migration to relative flow in the history of migrations, and those after it. */
    private static void forgetUpgrade(Database database) {
        for (String statement : List.of(
                "DROP TABLE gateway.redriven_dead_letters",
                "DROP TABLE gateway.goals",
                "DROP TABLE gateway.calendar_feeds",
                "DELETE FROM gateway.flyway_schema_history WHERE version::int >= 2")) {
            database.sql(statement).fetch().rowsUpdated().block();
        }
    }

    private ModelFeed feed(ModelChanges changes) {
        return new ModelFeed(registry(), changes, () -> after(30));
    }

    private SchemaRegistry registry() {
        return new SchemaRegistry(platform.registryUrl(), true);
    }

    private static ConsumerRecord<String, byte[]> active(long offset, Instant at, byte @Nullable [] value) {
        return new ConsumerRecord<>(
                Topics.FLOW_MODELS.name(),
                0,
                offset,
                at.toEpochMilli(),
                TimestampType.CREATE_TIME,
                0,
                0,
                Topics.ACTIVE_MODEL,
                value,
                new RecordHeaders(),
                Optional.empty());
    }

    private byte[] published(String id) {
        FlowModel model = ModelArtefact.constant(
                ModelInputs.HISTORY,
                id,
                0,
                new Calibration.Isotonic(new float[] {0.5f}, new float[] {0.25f}),
                new Thresholds(0.6f, 0.4f, 0.1f));
        PublishedModel published = PublishedModel.newBuilder()
                .setModelId(id)
                .setKind(ModelKind.LOGISTIC)
                .setArtefact(ByteBuffer.wrap(ModelArtefact.encode(model)))
                .setFeatureVersion(FlowModel.FEATURE_VERSION)
                .setCreatedAt(Instant.EPOCH)
                .build();
        return Topics.FLOW_MODELS.valueSerde(registry()).serializer().serialize(Topics.FLOW_MODELS.name(), published);
    }

    private static Instant after(int days) {
        return T0.plus(Duration.ofDays(days));
    }

    private Database database() {
        PostgresUrl url = PostgresUrl.parse(platform.freshDatabase());
        GatewaySchema.migrate(url.dataSource());
        return new Database(url, 2);
    }

    private static @Nullable Long rows(Database database) {
        return database.sql("SELECT count(*) FROM gateway.model_changes")
                .map(row -> row.get(0, Long.class))
                .one()
                .block();
    }

    @Test
    void trendBeginsAfterTheChange() {
        assertThat(trend(LocalDate.EPOCH).flowSharePerWeek()).isNotNull();
        Analytics.WeeklyTrend broken = trend(TODAY.minusWeeks(10));
        assertThat(broken.weeks()).hasSize(20);
        assertThat(broken.flowSharePerWeek()).isNull();
        assertThat(broken.missing().getFirst().amount()).isEqualTo(3);
    }

    @Test
    void weeksAreNotComparedAcrossTheChange() {
        LocalDate firstCompared = TODAY.minusDays(13);
        assertThat(analytics(firstCompared.minusDays(1)).weekOverWeek().change())
                .isNotNull();
        Analytics.WeekOverWeek broken = analytics(firstCompared).weekOverWeek();
        assertThat(broken.change()).isNull();
        assertThat(broken.flowShareBefore()).isNotNull();
        assertThat(broken.missing().getFirst().amount())
                .as("until all are after it")
                .isEqualTo(1);
        assertThat(analytics(TODAY).weekOverWeek().missing().getFirst().amount())
                .isEqualTo(6);
    }

    private static Analytics.WeeklyTrend trend(LocalDate modelChangedOn) {
        return analytics(modelChangedOn).trend();
    }

    private static Analytics analytics(LocalDate modelChangedOn) {
        List<Day> days = new ArrayList<>();
        for (LocalDate day = TODAY.minusWeeks(21); !day.isAfter(TODAY); day = day.plusDays(1)) {
            days.add(new Day(day, new Sums(3_600_000, 1_000_000, 1_800_000, 5_000, 100, 10)));
        }
        DateRange range = DateRange.upTo(TODAY, 21 * 7, ZoneOffset.UTC);
        return Analytics.of(range, days, List.of(), null, modelChangedOn);
    }
}
