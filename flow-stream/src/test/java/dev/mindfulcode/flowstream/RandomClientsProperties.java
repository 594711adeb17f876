package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * With random clients (clocks that are off and step, restarts that count from 0 again, renumbered queues, resends, two
 * editors at once), each batch counts once, in the minutes in which it was typed, and no minute has more than 60 s:
 * for a session, and for its user as the union of their sessions.
 */
class RandomClientsProperties {

    private static final String CLASSES = "LDYSETXNCUPAO";
    private static final int USERS = 5;
    private static final int BATCHES_MAX = 40;
    private static final int MINUTE_MS = 60_000;
    private static final int ACTIVE_INTERVAL_MS_MAX = 15_000;
    private static final long AHEAD_MS_MAX = 60_000;

    /** One editor's session: its clock, its place in the session, and the moment up to which it has been typed in. */
    private static final class Editor {
        final Typing typing;
        final Random random;
        long sequence;
        Instant typedUntil;
        long clockOffMs;
        final List<KeystrokeBatch> accepted = new ArrayList<>();

        Editor(Typing typing, Random random, Instant startedAt) {
            this.typing = typing;
            this.random = random;
            this.typedUntil = startedAt;
        }

        /** Types a batch, sends it, and perhaps sends it again as a client does that did not hear the answer. */
        void type(List<Sent> log) {
            switch (random.nextInt(12)) {
                case 0 -> sequence = 0;
                case 1 -> sequence += random.nextInt(4);
                case 2 -> clockOffMs = random.nextInt(100_000) - 50_000;
                case 3 -> typedUntil = typedUntil.plusMillis(random.nextInt(20 * MINUTE_MS));
                case 4 -> typedUntil = typedUntil.minusMillis(random.nextInt(MINUTE_MS));
                default -> {}
            }
            KeystrokeBatch batch = batch();
            accepted.add(batch);
            log.add(new Sent(typing, batch));
            while (random.nextInt(4) == 0) {
                KeystrokeBatch again = accepted.get(random.nextInt(accepted.size()));
                log.add(new Sent(typing, random.nextBoolean() ? again : Typing.renumbered(again, sequence++)));
            }
        }

        private KeystrokeBatch batch() {
            int keystrokes = random.nextInt(60);
            int[] intervalsMs = new int[keystrokes];
            byte[] classes = new byte[keystrokes];
            Instant startedAt = typedUntil.plusMillis(clockOffMs);
            for (int i = 0; i < keystrokes; i++) {
                intervalsMs[i] = random.nextInt(10) == 0 ? random.nextInt(20_000) : random.nextInt(300);
                classes[i] = (byte) random.nextInt(CLASSES.length());
                typedUntil = typedUntil.plusMillis(intervalsMs[i]);
            }
            return typing.batch(
                    sequence++,
                    startedAt,
                    typedUntil,
                    new KeystrokePayload(intervalsMs, classes, new int[0], new int[0], new byte[0], new int[0]));
        }
    }

    private record Sent(Typing who, KeystrokeBatch batch) {}

    private record User(UUID userId, List<Editor> editors) {}

    @Property(tries = 12)
    void countsEachBatchOnceAndAtMostSixtySecondsPerMinute(@ForAll long seed) {
        Random random = new Random(seed);
        List<Sent> log = new ArrayList<>();
        List<User> users = new ArrayList<>();
        for (int i = 0; i < USERS; i++) {
            users.add(user(random, log));
        }
        if (random.nextInt(3) > 0) {
            Collections.shuffle(log, random);
        }
        try (StreamDriver stream = new StreamDriver()) {
            stream.advanceTo(StreamDriver.START.plus(Duration.ofDays(3)));
            for (Sent sent : log) {
                stream.type(sent.who(), sent.batch());
                if (random.nextInt(20) == 0) {
                    stream.advance(Duration.ofMillis(random.nextInt(20_000)));
                }
            }
            stream.advance(ReorderBuffer.GAP_TIMEOUT.plusSeconds(1));
            stream.advance(Duration.ofSeconds(2));

            assertThat(stream.deadLetters()).isEmpty();
            users.forEach(user -> assertCounted(stream, user));
        }
    }

    private static User user(Random random, List<Sent> log) {
        Typing typing = Typing.someone();
        Instant startedAt = StreamDriver.START.plusMillis(random.nextInt(12 * 60 * MINUTE_MS));
        List<Editor> editors = new ArrayList<>(List.of(new Editor(typing, random, startedAt)));
        if (random.nextBoolean()) {
            editors.add(new Editor(typing.inAnotherSession(), random, startedAt.plusMillis(random.nextInt(MINUTE_MS))));
        }
        for (int batch = random.nextInt(BATCHES_MAX); batch >= 0; batch--) {
            editors.get(random.nextInt(editors.size())).type(log);
        }
        return new User(typing.userId(), editors);
    }

    private static void assertCounted(StreamDriver stream, User user) {
        Map<Instant, Long> keystrokes = new HashMap<>();
        Map<Long, Integer> coveredMs = new HashMap<>();
        for (Editor editor : user.editors()) {
            if (editor.accepted.isEmpty()) {
                continue;
            }
            Map<Long, Integer> sessionCoveredMs = new HashMap<>();
            editor.accepted.forEach(batch -> typed(batch, Typing.payload(batch), keystrokes, sessionCoveredMs));
            sessionCoveredMs.forEach(
                    (second, ms) -> coveredMs.merge(second, ms, RandomClientsProperties::withinASecond));
            FlowState last = stream.lastFlowState(editor.typing);
            assertThat(last.getKeystrokes())
                    .isEqualTo(editor.accepted.stream()
                            .mapToLong(batch -> Typing.payload(batch).keystrokes())
                            .sum());
            assertThat(last.getActiveMs()).isEqualTo(sum(sessionCoveredMs));
            assertThat(last.getFlowMs()).isLessThanOrEqualTo(last.getActiveMs());
        }
        Map<Instant, FlowMinute> minutes = stream.minutes(user.userId());
        Map<Instant, Long> counted = new HashMap<>();
        Map<Instant, Long> activeMs = new HashMap<>();
        minutes.forEach((minute, row) -> {
            counted.put(minute, row.getKeystrokes());
            activeMs.put(minute, row.getActiveMs());
            assertThat(row.getActiveMs()).isBetween(0L, (long) MINUTE_MS);
            assertThat(row.getFlowMs()).isBetween(0L, row.getActiveMs());
            assertThat(row.getIntensityMs()).isBetween(0.0, (double) row.getActiveMs());
        });
        counted.values().removeIf(count -> count == 0);
        activeMs.values().removeIf(ms -> ms == 0);
        Map<Instant, Long> expectedActiveMs = new HashMap<>();
        coveredMs.forEach((second, ms) -> expectedActiveMs.merge(
                Instant.ofEpochMilli(MinuteDeltas.minuteOf(second * 1_000)), (long) ms, Long::sum));
        assertThat(counted).isEqualTo(keystrokes);
        assertThat(activeMs).isEqualTo(expectedActiveMs);
        stream.sessionMinutes(user.userId())
                .values()
                .forEach(row -> assertThat(row.getActiveMs()).isLessThanOrEqualTo(MINUTE_MS));
    }

    /** Adds what a batch counts: keystrokes to minutes, and active time to seconds, which hold a second each. */
    private static void typed(
            KeystrokeBatch batch,
            KeystrokePayload payload,
            Map<Instant, Long> keystrokes,
            Map<Long, Integer> coveredMs) {
        long latestMs = batch.getReceivedAt().toEpochMilli() + AHEAD_MS_MAX;
        long sinceStartMs = 0;
        for (int intervalMs : payload.intervalsMs()) {
            sinceStartMs += intervalMs;
            long atMs = Math.min(batch.getStartedAt().toEpochMilli() + sinceStartMs, latestMs);
            keystrokes.merge(Instant.ofEpochMilli(MinuteDeltas.minuteOf(atMs)), 1L, Long::sum);
            long fromMs = intervalMs > ACTIVE_INTERVAL_MS_MAX ? atMs : atMs - intervalMs;
            while (fromMs < atMs) {
                long second = fromMs / 1_000;
                long toMs = Math.min(atMs, (second + 1) * 1_000);
                coveredMs.merge(second, (int) (toMs - fromMs), RandomClientsProperties::withinASecond);
                fromMs = toMs;
            }
        }
    }

    private static int withinASecond(int a, int b) {
        return Math.min(1_000, a + b);
    }

    private static long sum(Map<Long, Integer> values) {
        return values.values().stream().mapToLong(Integer::longValue).sum();
    }

    /**
     * A queue of an editor that was offline arrives in several uploads at once: more batches wait than one upload has.
     */
    @Property(tries = 8)
    void scoresTheSameInAnyOrderWithinTheAcceptedLateness(@ForAll long seed) {
        Random random = new Random(seed);
        List<KeystrokePayload> typed = new ArrayList<>();
        for (int i = 0; i < 150 + random.nextInt(250); i++) {
            typed.add(Typing.letters(30, 150 + random.nextInt(50)));
        }
        byte[] inOrder = stateAfter(typed, new Random(seed), false);
        byte[] inAnyOrder = stateAfter(typed, new Random(seed), true);
        assertThat(inAnyOrder).isEqualTo(inOrder);
    }

    private static byte[] stateAfter(List<KeystrokePayload> typed, Random random, boolean shuffled) {
        Typing who = Typing.someone();
        List<KeystrokeBatch> batches = new ArrayList<>();
        Instant receivedAt = StreamDriver.START.plus(Duration.ofHours(3));
        Instant startedAt = StreamDriver.START;
        for (KeystrokePayload payload : typed) {
            batches.add(who.batch(batches.size(), startedAt, receivedAt.plusMillis(random.nextInt(5_000)), payload));
            startedAt = startedAt.plusMillis(30L * payload.intervalsMs()[0]);
        }
        if (shuffled) {
            Collections.shuffle(batches, random);
        }
        try (StreamDriver stream = new StreamDriver()) {
            stream.advanceTo(receivedAt.plusSeconds(5));
            Set<Integer> pauses = new HashSet<>(Set.of(batches.size() / 3, batches.size() / 2));
            for (int i = 0; i < batches.size(); i++) {
                stream.type(who, batches.get(i));
                if (pauses.contains(i)) {
                    stream.advance(Duration.ofSeconds(2));
                }
            }
            stream.advance(Duration.ofSeconds(2));
            return stream.stored(who).engineState();
        }
    }
}
