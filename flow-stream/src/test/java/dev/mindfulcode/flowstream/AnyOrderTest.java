package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.FlowPeriod;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.SignalKind;
import dev.mindfulcode.schemas.TeamWindow;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;

/**
 * The same events of seven people and two teams, in many orders, give the same read models: the last value of each
 * key.
 *
 * <p>The orders are within the accepted disorder. A batch arrives within {@link ReorderBuffer#GAP_TIMEOUT} of its time
 * of receipt, or a second time at any time; session events within as much; membership events up to two hours late.
 * Events of one user and topic are in order, as on Kafka. Half of the runs are live, half replay the two days in
 * minutes.
 */
class AnyOrderTest {

    /** A hundred in {@code ./mindful test --full}. */
    private static final int ORDERS = Integer.getInteger("orders", Boolean.getBoolean("mindful.full") ? 100 : 30);

    private static final Instant START = StreamDriver.START;
    private static final int PEOPLE = 7;
    private static final int KEYS = 30;
    private static final int INTERVAL_MS = 200;
    private static final Duration BATCH = Duration.ofMillis((long) KEYS * INTERVAL_MS);
    private static final Duration PUBLISHED = TeamContributionPublisher.PUBLISH_INTERVAL.multipliedBy(2);
    private static final long MEMBERSHIPS_LATE_MS_MAX = Duration.ofHours(2).toMillis();

    /** An event of the log, and when ingest or the gateway wrote it. */
    private record Logged(Topic<?> topic, UUID userId, SpecificRecord value, Instant at) {}

    private record Arrival(Logged event, Instant at) {}

    private final UUID compilers = UUID.randomUUID();
    private final UUID editors = UUID.randomUUID();
    private final Random random = new Random(7);
    private final List<Logged> events = new ArrayList<>();
    private UUID deletedSession = new UUID(0, 0);

    @Test
    void givesTheSameReadModelsInManyOrders() {
        List<Typing> people = Stream.generate(Typing::someone).limit(PEOPLE).toList();
        live(people);

        Map<String, String> inOrder = readModels(
                events.stream()
                        .sorted(Comparator.comparing(Logged::at))
                        .map(event -> new Arrival(event, event.at()))
                        .toList(),
                false,
                new Random(0));
        assertThat(inOrder.keySet()).as("there is something of each kind").anyMatch(key -> key.startsWith("period"));
        assertThat(inOrder.keySet()).anyMatch(key -> key.startsWith("team " + compilers));
        assertThat(inOrder.keySet()).anyMatch(key -> key.startsWith("team " + editors));
        assertThat(inOrder.values()).anyMatch(value -> value.contains("\"ended_by\": \"IDLE\""));
        for (int seed = 1; seed <= ORDERS; seed++) {
            Map<String, String> now = readModels(someOrder(new Random(seed)), seed % 2 == 0, new Random(seed));
            assertThat(different(inOrder, now)).as("order " + seed).isEmpty();
        }
    }

    private static List<String> different(Map<String, String> expected, Map<String, String> actual) {
        Set<String> keys = new TreeSet<>(expected.keySet());
        keys.addAll(actual.keySet());
        return keys.stream()
                .filter(key -> !Objects.equals(expected.get(key), actual.get(key)))
                .map(key -> key + "\n  in order: " + expected.get(key) + "\n  now:      " + actual.get(key) + "\n")
                .toList();
    }

    /** Two days of seven people; the last two type little. */
    private void live(List<Typing> people) {
        for (Typing who : people) {
            account(who, settings(START.minus(Duration.ofHours(3))));
            for (UUID team : List.of(compilers, editors)) {
                account(who, TeamEvents.joined(team, START.minus(Duration.ofHours(13))));
                account(who, TeamEvents.consent(team, START.minus(Duration.ofHours(12)), true));
            }
        }
        type(people.get(5), 0, START, 3);
        type(people.get(6), 0, START.plusSeconds(9), 3);
        for (int i = 0; i < 5; i++) {
            Typing who = people.get(i);
            Instant from = START.plusSeconds(17L * i);
            say(who, SessionEventKind.STARTED, from);
            int typed = type(who, 0, from, i < 2 ? 130 + 5 * i : 12);
            // Back after a gap that breaks flow off; then after one that does not, though the batch is long under way.
            Instant again = from.plus(BATCH.multipliedBy(typed)).plus(Duration.ofMinutes(7));
            int more = i < 2 ? 25 : 8;
            typed += type(who, typed, again, more);
            Instant last = again.plus(BATCH.multipliedBy(more)).plus(Duration.ofMinutes(4));
            batch(who, typed, last, last.plus(BATCH).plus(Duration.ofMinutes(3)));
            if (i % 2 == 0) {
                say(who, SessionEventKind.ENDED, last.plus(BATCH).plus(Duration.ofMinutes(4)));
            }
            Typing later = who.inAnotherSession();
            type(later, 0, START.plus(Duration.ofHours(2)).plusSeconds(29L * i), 6);
        }
        // Offline: too late for the hour, in time for the day; and too late for that.
        Typing offline = people.get(1).inAnotherSession();
        Instant typed = START.plus(Duration.ofHours(4));
        batch(offline, 0, typed, typed.plus(Duration.ofHours(26)));
        batch(offline, 1, typed.plus(BATCH), typed.plus(Duration.ofHours(26)).plusSeconds(1));
        batch(people.get(2).inAnotherSession(), 0, typed, typed.plus(Duration.ofHours(40)));
        // In the middle of windows: consent withdrawn and given, a member gone and another made a viewer.
        account(people.get(0), TeamEvents.consent(compilers, START.plusSeconds(200), false));
        account(people.get(0), TeamEvents.consent(compilers, START.plusSeconds(400), true));
        account(people.get(1), TeamEvents.left(editors, START.plusSeconds(330)));
        account(people.get(2), TeamEvents.role(editors, START.plusSeconds(500), true));
        // A session that its user deletes.
        Typing deleted = people.get(3).inAnotherSession();
        deletedSession = deleted.sessionId();
        type(deleted, 0, START.plus(Duration.ofHours(5)), 4);
        say(deleted, SessionEventKind.DELETED, START.plus(Duration.ofHours(6)));
    }

    private int type(Typing who, int sequence, Instant from, int batches) {
        for (int i = 0; i < batches; i++) {
            Instant startedAt = from.plus(BATCH.multipliedBy(i));
            // Ingest receives a batch up to four seconds after its last key, not always in the order of typing.
            batch(who, sequence + i, startedAt, startedAt.plus(BATCH).plusMillis(random.nextInt(4_000)));
        }
        return batches;
    }

    private void batch(Typing who, int sequence, Instant startedAt, Instant receivedAt) {
        int[] intervalsMs = new int[KEYS];
        byte[] classes = new byte[KEYS];
        for (int i = 0; i < KEYS; i++) {
            intervalsMs[i] = INTERVAL_MS * Typing.TENTHS[i % Typing.TENTHS.length] / 10 - 20 + random.nextInt(40);
            classes[i] = (byte) (random.nextInt(25) == 0 ? 6 : i == 0 ? 4 : 0);
        }
        KeystrokePayload keys =
                new KeystrokePayload(intervalsMs, classes, new int[0], new int[0], new byte[0], new int[0]);
        if (sequence % 40 == 39) {
            keys = Typing.withSignal(keys, 700, SignalKind.FILE_SWITCH, 0);
        }
        KeystrokeBatch batch = who.batch(sequence, startedAt, receivedAt, keys);
        events.add(new Logged(Topics.KEYSTROKES, who.userId(), batch, receivedAt));
    }

    private void account(Typing who, AccountEvent event) {
        events.add(new Logged(Topics.ACCOUNTS, who.userId(), event, event.getAt()));
    }

    private void say(Typing who, SessionEventKind kind, Instant at) {
        SessionEvent event = SessionEvent.newBuilder()
                .setSessionId(who.sessionId())
                .setKind(kind)
                .setAt(at)
                .setRecordedAt(at)
                .build();
        events.add(new Logged(Topics.SESSIONS, who.userId(), event, at));
    }

    private static AccountEvent settings(Instant at) {
        return AccountEvent.newBuilder()
                .setKind(AccountEventKind.SETTINGS_CHANGED)
                .setAt(at)
                .setSensitivity(1f)
                .build();
    }

    private List<Arrival> someOrder(Random order) {
        List<Arrival> arrivals = new ArrayList<>();
        Map<String, Instant> before = new HashMap<>();
        for (Logged event :
                events.stream().sorted(Comparator.comparing(Logged::at)).toList()) {
            boolean keystrokes = event.topic() == Topics.KEYSTROKES;
            boolean membership = event.value() instanceof AccountEvent account && account.getTeamId() != null;
            long lateMsMax = membership ? MEMBERSHIPS_LATE_MS_MAX : ReorderBuffer.GAP_TIMEOUT.toMillis();
            Instant at = event.at().plusMillis(order.nextLong(lateMsMax));
            if (!keystrokes) {
                at = before.merge(
                        event.topic().name() + event.userId(), at, (one, other) -> one.isAfter(other) ? one : other);
            } else if (order.nextInt(10) == 0) {
                arrivals.add(new Arrival(event, at.plusMillis(order.nextLong(MEMBERSHIPS_LATE_MS_MAX))));
            }
            arrivals.add(new Arrival(event, at));
        }
        arrivals.sort(Comparator.comparing(Arrival::at));
        return arrivals;
    }

    private Map<String, String> readModels(List<Arrival> arrivals, boolean replay, Random pace) {
        try (StreamDriver stream = new StreamDriver()) {
            if (replay) {
                stream.advance(Duration.ofDays(5));
            }
            for (Arrival arrival : arrivals) {
                if (!replay) {
                    if (arrival.at().isAfter(stream.now().plus(PUBLISHED))) {
                        // The clock of the test jumps; a real one lets the publishers poll before a day closes.
                        stream.advance(PUBLISHED);
                    }
                    stream.advanceTo(arrival.at());
                } else if (pace.nextInt(20) == 0) {
                    stream.advance(Duration.ofMillis(pace.nextInt(6_000)));
                }
                pipe(stream, arrival.event());
            }
            for (int i = 0; i < 4; i++) {
                stream.advance(Duration.ofSeconds(11));
            }
            for (int hour = 0; hour < 80; hour += 8) {
                stream.advance(Duration.ofHours(8));
            }
            assertThat(stream.deadLetters()).isEmpty();
            Map<String, String> models = new TreeMap<>();
            last(stream, Topics.FLOW_STATES, FlowState::getVersion, state -> "session " + state.getSessionId(), models);
            last(
                    stream,
                    Topics.FLOW_PERIODS,
                    FlowPeriod::getVersion,
                    period -> "period " + period.getSessionId() + period.getStartedAt(),
                    models);
            last(
                    stream,
                    Topics.FLOW_MINUTES,
                    FlowMinute::getVersion,
                    minute -> "minute " + minute.getSessionId() + minute.getMinute(),
                    models);
            last(
                    stream,
                    Topics.TEAM_FLOW,
                    TeamWindow::getVersion,
                    window -> "team " + window.getTeamId() + window.getSize() + window.getWindowStart(),
                    models);
            // How many of the later, idle days are closed at the end depends on the pace.
            models.keySet().removeIf(key -> key.startsWith("team") && !isTyped(key));
            // Readers remove the rows of the deleted session.
            models.keySet().removeIf(key -> key.contains(deletedSession.toString()));
            return models;
        }
    }

    private static boolean isTyped(String teamKey) {
        return teamKey.contains("2026-03-02T") || teamKey.contains("2026-03-03T");
    }

    @SuppressWarnings("unchecked") // an event's topic is that of its value
    private static void pipe(StreamDriver stream, Logged event) {
        stream.pipe((Topic<SpecificRecord>) event.topic(), event.userId(), event.value());
    }

    /** Puts the highest version of each key, without the version, which depends on the order. */
    private static <V extends SpecificRecordBase> void last(
            StreamDriver stream,
            Topic<V> topic,
            Function<V, Long> version,
            Function<V, String> key,
            Map<String, String> into) {
        Map<String, V> last = new HashMap<>();
        for (V value : stream.all(topic)) {
            last.merge(key.apply(value), value, (a, b) -> version.apply(a) > version.apply(b) ? a : b);
        }
        last.forEach((name, value) -> {
            value.put("version", 0L);
            into.put(name, value.toString());
        });
    }
}
