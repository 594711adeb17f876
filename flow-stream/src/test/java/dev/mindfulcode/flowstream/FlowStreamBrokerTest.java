package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.flowengine.Calibration;
import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelArtefact;
import dev.mindfulcode.flowengine.ModelInputs;
import dev.mindfulcode.flowengine.Thresholds;
import dev.mindfulcode.flowengine.team.WindowSize;
import dev.mindfulcode.management.ManagementServer;
import dev.mindfulcode.management.ServiceMetrics;
import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.TeamContribution;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.schemas.clock.ClockStepWatch;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/** The stream against a real broker, registry and database, with transactions. */
class FlowStreamBrokerTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(90);

    private final Kafka kafka = new Kafka();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        kafka.close();
    }

    @Test
    void countsEveryBatchOnceAcrossTwoCrashes() {
        Random random = new Random(7);
        List<Typing> people = new ArrayList<>();
        Map<UUID, Long> typed = new HashMap<>();
        for (int i = 0; i < 12; i++) {
            people.add(Typing.someone());
        }
        Kafka.Reading<FlowState> live = kafka.read(Topics.FLOW_STATES, "read_uncommitted");
        Path state = folder.resolve("killed");
        for (int round = 0; round < 3; round++) {
            int publishedBefore = live.values().size();
            try (StreamProcess stream = new StreamProcess(state)) {
                send(people, round, random, typed);
                Kafka.await("flow states of round " + round, TIMEOUT, () -> {
                    assertThat(stream.isAlive()).isTrue();
                    return live.values().size() > publishedBefore;
                });
                if (round < 2) {
                    stream.kill();
                } else {
                    awaitKeystrokes(typed);
                }
            }
        }
        assertStatesAgree(people, typed);
    }

    @Test
    void countsMembersOnceInTeamHoursAcrossACrash() {
        UUID team = UUID.randomUUID();
        Instant typedAt = now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(3));
        List<Typing> people = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Typing who = Typing.someone();
            people.add(who);
            kafka.send(Topics.ACCOUNTS, who.userId(), TeamEvents.joined(team, typedAt.minus(Duration.ofDays(1))));
            kafka.send(
                    Topics.ACCOUNTS, who.userId(), TeamEvents.consent(team, typedAt.minus(Duration.ofDays(1)), true));
        }
        Kafka.Reading<TeamContribution> contributions = kafka.readCommitted(Topics.TEAM_CONTRIBUTIONS);
        Path state = folder.resolve("team");
        for (int round = 0; round < 2; round++) {
            long expectedMs = 5 * 6_000L * (round + 1);
            for (Typing who : people) {
                kafka.type(who, who.batch(round, typedAt.plusSeconds(10L * round), now(), Typing.letters(30, 200)));
            }
            kafka.flush();
            try (StreamProcess stream = new StreamProcess(state)) {
                Kafka.await("the team's hour of round " + round, TIMEOUT, () -> {
                    assertThat(stream.isAlive()).isTrue();
                    return activeMsOfHour(hoursOf(people, contributions)) == expectedMs;
                });
                stream.kill();
            }
        }
        assertThat(hoursOf(people, contributions)).as("committed once").doesNotHaveDuplicates();
    }

    private static List<TeamContribution> hoursOf(List<Typing> people, Kafka.Reading<TeamContribution> contributions) {
        List<UUID> ids = people.stream().map(Typing::userId).toList();
        return contributions.values().stream()
                .filter(value -> ids.contains(value.getUserId()) && value.getSizeCode() == WindowSize.HOUR.code())
                .toList();
    }

    /** Returns the active time of the members' latest contributions. */
    private static long activeMsOfHour(List<TeamContribution> hours) {
        Map<UUID, Long> last = new HashMap<>();
        hours.forEach(value -> last.put(value.getUserId(), Seals.totals(value).getLong()));
        return last.values().stream().mapToLong(Long::longValue).sum();
    }

    /** State of these users moves while an instance joins and while it leaves. */
    @Test
    void erasesUsersDuringRebalances() throws Exception {
        List<Typing> people = new ArrayList<>();
        Map<UUID, Long> typed = new HashMap<>();
        for (int i = 0; i < 12; i++) {
            people.add(Typing.someone());
        }
        List<Typing> erasedFirst = people.subList(0, 4);
        List<Typing> erasedLater = people.subList(4, 8);
        List<Typing> staying = people.subList(8, 12);
        try (ConfigurableApplicationContext stream = start("stays")) {
            type(people, 0, typed);
            awaitKeystrokes(typed);
            Kafka.Reading<FlowState> live = kafka.readCommitted(Topics.FLOW_STATES);
            int threads = Kafka.streamThreads();
            try (StreamProcess other = new StreamProcess(folder.resolve("leaves"))) {
                Kafka.await("the other instance has partitions", TIMEOUT, () -> {
                    assertThat(other.isAlive()).isTrue();
                    live.values();
                    return Kafka.streamThreads() > threads;
                });
                purgeWhileTheyType(erasedFirst, typed);
                type(staying, 1, typed);
                type(erasedLater, 1, typed);
                awaitKeystrokes(typed);
                purgeWhileTheyType(erasedLater, typed);
            }
            type(staying, 2, typed);
            awaitKeystrokes(typed);
            for (Typing erased : people.subList(0, 8)) {
                Kafka.await("tombstones", TIMEOUT, () -> StoredBytes.isTombstoned(erased.userId()));
            }
        }
        assertThat(people.subList(0, 8)).allMatch(erased -> StoredBytes.isTombstoned(erased.userId()));
        assertStatesAgree(staying, typed);
    }

    private void type(List<Typing> people, long sequence, Map<UUID, Long> typed) {
        for (Typing who : people) {
            kafka.type(who, who.batch(sequence, now(), 10, 50));
            typed.merge(who.userId(), 10L, Long::sum);
        }
    }

    /** Batches that were accepted before follow the mark of the erasure. */
    private void purgeWhileTheyType(List<Typing> people, Map<UUID, Long> typed) throws Exception {
        for (Typing who : people) {
            // Sealed before: the caches of keys learn of the erasure within half a second.
            byte[] last = Seals.value(Topics.KEYSTROKES, who.userId(), who.batch(7, now(), 10, 50));
            kafka.type(who, who.batch(8, now(), 10, 50));
            kafka.purge(who);
            kafka.sendRaw(Topics.KEYSTROKES, who.userId().toString().getBytes(StandardCharsets.UTF_8), last);
            typed.remove(who.userId());
        }
        kafka.flush();
    }

    @Test
    void restoresItsStateWithoutTheStateFolder() {
        Typing anna = Typing.someone();
        KeystrokeBatch first = anna.batch(0, now(), 10, 50);
        Map<UUID, Long> typed = new HashMap<>(Map.of(anna.userId(), 10L));
        try (ConfigurableApplicationContext stream = start("first")) {
            kafka.type(anna, first);
            awaitKeystrokes(typed);
        }
        try (ConfigurableApplicationContext stream = start("second")) {
            kafka.type(anna, first);
            kafka.type(anna, anna.batch(1, now(), 5, 50));
            typed.put(anna.userId(), 15L);
            awaitKeystrokes(typed);
            assertThat(meters.get("mindful.stream.batches")
                            .tag("outcome", "duplicate")
                            .counter()
                            .count())
                    .isEqualTo(1);
        }
        assertStatesAgree(List.of(anna), typed);
    }

    @Test
    void deadLettersAPoisonRecordThatIsTheLast() {
        byte[] key = UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8);
        byte[] garbage = ("garbage " + UUID.randomUUID()).getBytes(StandardCharsets.UTF_8);
        Kafka.Reading<DeadLetter> letters = kafka.readCommitted(Topics.DEAD_LETTERS);
        try (ConfigurableApplicationContext stream = start("poison")) {
            kafka.sendRaw(Topics.KEYSTROKES, key, garbage);

            Kafka.await(
                    "the dead letter",
                    TIMEOUT,
                    () -> letters.values().stream()
                            .anyMatch(letter -> ByteBuffer.wrap(garbage).equals(letter.getValue())));
        }
        DeadLetter letter = letters.values().getLast();
        assertThat(letter.getTopic()).isEqualTo("keystrokes");
        assertThat(letter.getReason()).isEqualTo("unreadable");
        assertThat(letter.getKey()).isEqualTo(ByteBuffer.wrap(key));
        ConsumerRecord<byte[], byte[]> record = letters.raw().getLast();
        assertThat(record.key()).isEqualTo(key);
    }

    @Test
    void survivesADatabaseOutageWithoutSkippingRecords() throws Exception {
        Typing anna = Typing.someone();
        KeystrokeBatch batch = anna.batch(0, now(), 10, 50);
        Kafka.Reading<DeadLetter> letters = kafka.readCommitted(Topics.DEAD_LETTERS);
        int before = letters.values().size();
        try (ConfigurableApplicationContext stream = start("database-down")) {
            allowConnections(false);
            try {
                kafka.type(anna, batch);
                Kafka.await(
                        "a thread that gave up",
                        TIMEOUT,
                        () -> meters.get("mindful.stream.threads.replaced")
                                        .counter()
                                        .count()
                                >= 1);
            } finally {
                allowConnections(true);
            }
            awaitKeystrokes(Map.of(anna.userId(), 10L));
        }
        assertThat(letters.values()).hasSize(before);
    }

    /** The model is taken away again, as the broker outlives this class. */
    @Test
    void switchesToAPublishedModelAndStartsWithItAfterARestart() {
        FlowModel model = ModelArtefact.constant(
                ModelInputs.HISTORY,
                "broker-test-1",
                0,
                new Calibration.Temperature(1),
                new Thresholds(0.6f, 0.4f, 0.1f));
        Kafka.Reading<FlowState> states = kafka.readCommitted(Topics.FLOW_STATES);
        Typing anna = Typing.someone();
        Typing ben = Typing.someone();
        Instant at = now().minusSeconds(600);
        try {
            try (ConfigurableApplicationContext stream = start("models")) {
                kafka.type(anna, anna.batch(0, at, 20, 100));
                awaitModel(states, anna, FlowModel.builtIn().id());
                kafka.publish(StreamDriver.published(model));
                awaitSwap(states, anna, at, model.id());
            }
            try (ConfigurableApplicationContext stream = start("models-elsewhere")) {
                kafka.type(ben, ben.batch(0, at, 20, 100));
                awaitModel(states, ben, model.id());
            }
            assertThat(states.values().stream()
                            .filter(state -> state.getSessionId().equals(ben.sessionId()))
                            .map(FlowState::getModel))
                    .as("from the first record on")
                    .containsOnly(model.id());
        } finally {
            kafka.sendRaw(Topics.FLOW_MODELS, Topics.ACTIVE_MODEL.getBytes(StandardCharsets.UTF_8), null);
            kafka.flush();
        }
    }

    private void awaitSwap(Kafka.Reading<FlowState> states, Typing who, Instant at, String model) {
        long[] sequence = {1};
        Kafka.await("a flow state by " + model, TIMEOUT, () -> {
            kafka.type(who, who.batch(sequence[0], at.plusSeconds(60 * sequence[0]), 1, 100));
            sequence[0]++;
            return model.equals(model(states, who));
        });
    }

    private static void awaitModel(Kafka.Reading<FlowState> states, Typing who, String model) {
        Kafka.await("a flow state by " + model, TIMEOUT, () -> model.equals(model(states, who)));
    }

    private static String model(Kafka.Reading<FlowState> states, Typing who) {
        return states.values().stream()
                .filter(state -> state.getSessionId().equals(who.sessionId()))
                .reduce((a, b) -> b)
                .map(FlowState::getModel)
                .orElse("");
    }

    @Test
    void stopsAndRestarts() throws Exception {
        start("clean").close();
        FlowStream restarted;
        ManagementServer management;
        try (ServiceMetrics metrics = new ServiceMetrics();
                ConfigurableApplicationContext stream = start("clean")) {
            restarted = stream.getBean(FlowStream.class);
            assertThat(restarted.hasFailed()).isFalse();
            management = new FlowStreamManagement()
                    .streamManagement(stream.getBean(FlowStreamSettings.class), restarted, metrics);
            management.start();
            assertThat(status(management, "/readyz")).isEqualTo(200);
        }
        assertThat(restarted.isRunning()).isFalse();
        assertThat(status(management, "/livez")).isEqualTo(200);
        assertThat(status(management, "/readyz")).isEqualTo(503);
        management.stop();
    }

    private static int status(ManagementServer management, String path) throws Exception {
        URI address = URI.create("http://127.0.0.1:" + management.port() + path);
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    /**
     * Half an hour suffices: Kafka Streams commits when the clock says so, and a clock that was set back says so in
     * half an hour.
     */
    @Test
    void continuesAfterTheClockWasSetBack() throws InterruptedException {
        AtomicLong aheadMs = new AtomicLong();
        InstantSource clock = () -> Instant.now().plusMillis(aheadMs.get());
        Typing anna = Typing.someone();
        Typing newcomer = Typing.someone();
        AtomicLong looks = new AtomicLong();
        InstantSource watched = () -> {
            Instant seen = clock.instant();
            looks.incrementAndGet();
            return seen;
        };
        try (ClockStepWatch watch = new ClockStepWatch(watched)) {
            FlowStream stream = new FlowStream(
                    StreamProcess.settings(StreamProcess.environment(folder.resolve("clock"))), meters, clock, watch);
            stream.start();
            try {
                assertThat(stream.awaitReady(TIMEOUT)).isTrue();
                kafka.type(anna, anna.batch(0, now(), 10, 50));
                awaitKeystrokes(Map.of(anna.userId(), 10L));
                aheadMs.set(Duration.ofMinutes(30).toMillis());
                kafka.type(anna, anna.batch(1, now(), 20, 50));
                awaitKeystrokes(Map.of(anna.userId(), 30L));
                long looksBefore = looks.get();
                Kafka.await("the watch has seen the clock ahead", TIMEOUT, () -> looks.get() > looksBefore + 1);

                aheadMs.set(0);

                kafka.type(anna, anna.batch(2, now(), 5, 50));
                kafka.type(newcomer, newcomer.batch(0, now(), 7, 50));
                awaitKeystrokes(Map.of(anna.userId(), 35L, newcomer.userId(), 7L));
            } finally {
                stream.stop();
            }
        }
    }

    /** Thirty batches a person and round, some of them twice, in no order. */
    private void send(List<Typing> people, int round, Random random, Map<UUID, Long> typed) {
        List<Runnable> sends = new ArrayList<>();
        for (Typing who : people) {
            for (int i = 0; i < 30; i++) {
                int keystrokes = 1 + random.nextInt(50);
                KeystrokeBatch batch = who.batch(
                        30L * round + i,
                        now().minusSeconds(random.nextInt(100_000)),
                        now(),
                        Typing.letters(keystrokes, 20));
                typed.merge(who.userId(), (long) keystrokes, Long::sum);
                for (int copies = random.nextInt(3) == 0 ? 2 : 1; copies > 0; copies--) {
                    sends.add(() -> kafka.type(who, batch));
                }
            }
        }
        Collections.shuffle(sends, random);
        sends.forEach(Runnable::run);
        kafka.flush();
    }

    private void awaitKeystrokes(Map<UUID, Long> typed) {
        kafka.flush();
        Kafka.Reading<FlowMinute> minutes = kafka.readCommitted(Topics.FLOW_MINUTES);
        Map<UUID, Long> counted = new HashMap<>();
        Kafka.await("minutes that add up to what was typed", TIMEOUT, () -> {
            counted.clear();
            counted.putAll(Kafka.keystrokesByMinutes(minutes));
            counted.keySet().retainAll(typed.keySet());
            return counted.equals(typed);
        });
    }

    private void assertStatesAgree(List<Typing> people, Map<UUID, Long> typed) {
        Kafka.Reading<FlowState> states = kafka.readCommitted(Topics.FLOW_STATES);
        Map<UUID, FlowState> latest = new HashMap<>();
        Kafka.await("flow states that add up to what was typed", TIMEOUT, () -> {
            latest.clear();
            states.values()
                    .forEach(state -> latest.merge(
                            state.getSessionId(), state, (a, b) -> a.getVersion() > b.getVersion() ? a : b));
            return people.stream().allMatch(who -> {
                FlowState last = latest.get(who.sessionId());
                return last != null && Objects.equals(typed.get(who.userId()), last.getKeystrokes());
            });
        });
        Set<String> versions = new HashSet<>();
        Set<UUID> sessions =
                new HashSet<>(people.stream().map(Typing::sessionId).toList());
        for (FlowState state : states.values()) {
            if (sessions.contains(state.getSessionId())) {
                assertThat(versions.add(state.getSessionId() + " " + state.getVersion()))
                        .as("committed once")
                        .isTrue();
            }
        }
    }

    private ConfigurableApplicationContext start(String stateFolder) {
        SpringApplication application = new SpringApplication(FlowStreamConfiguration.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setDefaultProperties(new HashMap<>(StreamProcess.environment(folder.resolve(stateFolder))));
        application.addInitializers(
                context -> context.getBeanFactory().registerSingleton(MeterRegistry.class.getName(), meters));
        ConfigurableApplicationContext context = application.run();
        try {
            assertThat(context.getBean(FlowStream.class).awaitReady(TIMEOUT)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return context;
    }

    private static void allowConnections(boolean allowed) throws Exception {
        String database = Typing.DATABASE_URL.substring(Typing.DATABASE_URL.lastIndexOf('/') + 1);
        try (Connection connection = PostgresUrl.parse(Kafka.PLATFORM.databaseUrl())
                        .dataSource()
                        .getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER DATABASE " + database + " WITH ALLOW_CONNECTIONS " + allowed);
            if (!allowed) {
                statement.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + database + "'");
            }
        }
    }

    private static Instant now() {
        return Instant.ofEpochMilli(System.currentTimeMillis());
    }
}
