package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.mindfulcode.management.tracing.Tracing;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.ServiceAccess;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.SignalKind;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.streams.TopologyDescription;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlowTopologyTest {

    private static final Pattern SOURCE = Pattern.compile("\\(topics: \\[([a-z-]+)]\\)");
    private static final Pattern SINK = Pattern.compile("\\(topic: ([a-z-]+)\\)");
    private static final Pattern STORES = Pattern.compile("stores: \\[(.*)]");

    private final StreamDriver stream = new StreamDriver();
    private final Typing anna = Typing.someone();

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void mayReadAndWriteExactlyTheTopicsOfTheTopology() {
        String description = topology().get().describe().toString();
        ServiceAccess access = ServiceAccess.all().stream()
                .filter(service -> service.user().equals("flow-stream"))
                .findFirst()
                .orElseThrow();

        assertThat(SOURCE.matcher(description).results().map(match -> match.group(1)))
                .containsOnlyOnceElementsOf(names(access.reads()))
                .hasSameSizeAs(access.reads());
        // Dead letters are written by the error handlers.
        assertThat(Stream.concat(
                        SINK.matcher(description).results().map(match -> match.group(1)),
                        Stream.of(Topics.DEAD_LETTERS.name())))
                .containsOnlyOnceElementsOf(names(access.writes()))
                .hasSameSizeAs(access.writes());
    }

    private static List<String> names(List<Topic<?>> topics) {
        return topics.stream().<String>map(Topic::name).toList();
    }

    private static FlowTopology topology() {
        return new FlowTopology(
                KeyLookup.of(Typing.KEYS),
                StreamDriver.REGISTRY,
                new StreamMeters(new SimpleMeterRegistry()),
                new ClampedTimestampExtractor(InstantSource.system()),
                StreamDriver.TEAM_PRIVACY,
                Tracing.OFF);
    }

    @Test
    void hasOneSubTopologyForUsersAndTwoForTeamsAndNoGeneratedNames() {
        assertThat(withSortedStores(topology().get().describe())).isEqualTo("""
            Topologies:
               Sub-topology: 0 for global store (will not generate tasks)
                Source: models-in (topics: [flow-models])
                  --> update-models
                Processor: update-models (stores: [models])
                  --> none
                  <-- models-in
              Sub-topology: 1
                Source: accounts-in (topics: [accounts])
                  --> read-accounts
                Source: features-in (topics: [flow-features])
                  --> read-reports
                Source: feedback-in (topics: [flow-feedback])
                  --> read-feedback
                Source: keystrokes-in (topics: [keystrokes])
                  --> read-batches
                Source: sessions-in (topics: [sessions])
                  --> read-sessions
                Processor: read-accounts (stores: [])
                  --> track-sessions
                  <-- accounts-in
                Processor: read-batches (stores: [progress])
                  --> track-sessions
                  <-- keystrokes-in
                Processor: read-feedback (stores: [])
                  --> track-sessions
                  <-- feedback-in
                Processor: read-reports (stores: [progress])
                  --> track-sessions
                  <-- features-in
                Processor: read-sessions (stores: [])
                  --> track-sessions
                  <-- sessions-in
                Processor: track-sessions (stores: [batch-ids, memberships, minutes, pending-contributions, \
            personal-layers, progress, reorder-buffer, session-timers, sessions, users])
                  --> flow-minutes-out, flow-periods-out, flow-states-out, team-contributions-out
                  <-- read-batches, read-reports, read-sessions, read-accounts, read-feedback
                Sink: flow-minutes-out (topic: flow-minutes)
                  <-- track-sessions
                Sink: flow-periods-out (topic: flow-periods)
                  <-- track-sessions
                Sink: flow-states-out (topic: flow-states)
                  <-- track-sessions
                Sink: team-contributions-out (topic: team-contributions)
                  <-- track-sessions

              Sub-topology: 2
                Source: team-contributions-in (topics: [team-contributions])
                  --> release-team-windows
                Processor: release-team-windows (stores: [contributions, team-clocks, team-ledgers, team-members])
                  --> team-flow-out
                  <-- team-contributions-in
                Sink: team-flow-out (topic: team-flow)
                  <-- release-team-windows

              Sub-topology: 3 for global store (will not generate tasks)
                Source: alert-rules-in (topics: [team-alert-rules])
                  --> update-alert-rules
                Processor: update-alert-rules (stores: [alert-rules])
                  --> none
                  <-- alert-rules-in
              Sub-topology: 4
                Source: team-flow-in (topics: [team-flow])
                  --> evaluate-alerts
                Processor: evaluate-alerts (stores: [alert-states, alert-windows])
                  --> team-alerts-out
                  <-- team-flow-in
                Sink: team-alerts-out (topic: team-alerts)
                  <-- evaluate-alerts

            """);
    }

    private static String withSortedStores(TopologyDescription description) {
        return STORES.matcher(description.toString())
                .replaceAll(list -> "stores: ["
                        + String.join(", ", new TreeSet<>(List.of(list.group(1).split(", ")))) + "]");
    }

    @Test
    void countsABatchInItsSessionAndMinute() {
        KeystrokePayload keys = Typing.withSignal(Typing.keys("LLLXLU", 200), 700, SignalKind.FILE_SWITCH, 0);
        Instant receivedAt = StreamDriver.START.plusMillis(1_300);

        stream.typeLive(anna, anna.batch(0, StreamDriver.START, receivedAt, keys));

        FlowState state = stream.lastFlowState(anna);
        assertThat(state.getStatus()).isEqualTo(SessionStatus.ACTIVE);
        assertThat(state.getKeystrokes()).isEqualTo(6);
        assertThat(state.getErrors()).isEqualTo(2);
        assertThat(state.getContextSwitches()).isEqualTo(1);
        assertThat(state.getActiveMs()).isEqualTo(1_200);
        assertThat(state.getReceivedAt()).isEqualTo(receivedAt);
        assertThat(state.getFirstActivityAt()).isEqualTo(StreamDriver.START.plusMillis(200));
        assertThat(state.getLastActivityAt()).isEqualTo(StreamDriver.START.plusMillis(1_200));
        FlowMinute minute = stream.minute(anna, StreamDriver.START);
        assertThat(minute.getKeystrokes()).isEqualTo(6);
        assertThat(minute.getErrors()).isEqualTo(2);
        assertThat(minute.getContextSwitches()).isEqualTo(1);
        assertThat(minute.getActiveMs()).isEqualTo(1_200);
        assertThat(minute.getIntensityMs()).isEqualTo(state.getIntensityMs()).isPositive();
        assertThat(stream.deadLetters()).isEmpty();
    }

    @Test
    void splitsABatchByTheMinutesOfItsKeystrokes() {
        Instant startedAt = StreamDriver.START.plusSeconds(58);

        stream.typeLive(anna, anna.batch(0, startedAt, 10, 500));

        assertThat(stream.minute(anna, StreamDriver.START).getKeystrokes()).isEqualTo(3);
        assertThat(stream.minute(anna, StreamDriver.START.plusSeconds(60)).getKeystrokes())
                .isEqualTo(7);
        assertThat(stream.minute(anna, StreamDriver.START).getActiveMs()).isEqualTo(2_000);
        assertThat(stream.minute(anna, StreamDriver.START.plusSeconds(60)).getActiveMs())
                .isEqualTo(3_000);
    }

    @Test
    void addsUpTheSessionsOfAUserAndSeparatesUsers() {
        Typing annaElsewhere = anna.inAnotherSession();
        Typing ben = Typing.someone();

        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        stream.typeLive(ben, ben.batch(0, StreamDriver.START, 3, 100));
        stream.typeLive(annaElsewhere, annaElsewhere.batch(0, StreamDriver.START, 5, 100));

        assertThat(stream.minute(anna, StreamDriver.START).getKeystrokes()).isEqualTo(15);
        assertThat(stream.minute(ben, StreamDriver.START).getKeystrokes()).isEqualTo(3);
        assertThat(stream.sessionMinutes(anna.userId()).values())
                .as("each session's share, so that it can be taken away again")
                .extracting(FlowMinute::getSessionId, FlowMinute::getKeystrokes)
                .containsExactlyInAnyOrder(tuple(anna.sessionId(), 10L), tuple(annaElsewhere.sessionId(), 5L));
        assertThat(stream.lastFlowState(anna).getKeystrokes()).isEqualTo(10);
        assertThat(stream.lastFlowState(annaElsewhere).getKeystrokes()).isEqualTo(5);
    }

    @Test
    void readsUnknownKeyClassesAsOtherAndSkipsUnknownSignals() {
        KeystrokePayload keys = new KeystrokePayload(
                new int[] {100, 100}, new byte[] {0, 99}, new int[0], new int[] {50}, new byte[] {77}, new int[] {1});

        stream.typeLive(anna, anna.batch(0, StreamDriver.START, StreamDriver.START.plusSeconds(1), keys));

        assertThat(stream.lastFlowState(anna).getKeystrokes()).isEqualTo(2);
        assertThat(stream.lastFlowState(anna).getErrors()).isZero();
        assertThat(stream.deadLetters()).isEmpty();
    }
}
