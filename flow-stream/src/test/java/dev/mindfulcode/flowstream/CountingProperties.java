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
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever order batches come in and however often each comes, what is counted is what was typed. */
class CountingProperties {

    private static final String CLASSES = "LDYSETXNCUPAO";
    private static final int INTERVAL_MS_MAX = 20_000;

    @Property(tries = 20)
    void anyOrderAndDuplicationOfTheSameBatchesGivesTheSameTotals(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int batches) {
        Random random = new Random(seed);
        Typing anna = Typing.someone();
        Typing elsewhere = anna.inAnotherSession();
        List<Sent> typed = new ArrayList<>();
        Map<Instant, Long> expected = new HashMap<>();
        for (int i = 0; i < batches; i++) {
            typed.add(someBatch(random.nextBoolean() ? anna : elsewhere, i, random, expected));
        }
        List<Sent> sent = new ArrayList<>(typed);
        for (int i = 0; i < batches; i++) {
            sent.add(typed.get(random.nextInt(batches)));
        }
        Collections.shuffle(sent, random);

        try (StreamDriver stream = new StreamDriver()) {
            stream.advanceTo(StreamDriver.START.plus(Duration.ofDays(2)));
            for (Sent batch : sent) {
                stream.type(batch.who(), batch.batch());
                if (random.nextInt(5) == 0) {
                    stream.advance(Duration.ofMillis(random.nextInt(20_000)));
                }
            }
            stream.advance(HeldBatches.HELD_MAX.plusSeconds(1));
            stream.advance(Duration.ofSeconds(2));

            Map<Instant, Long> counted = new HashMap<>();
            stream.minutes(anna.userId()).forEach((minute, row) -> {
                if (row.getKeystrokes() > 0) {
                    counted.put(minute, row.getKeystrokes());
                }
            });
            assertThat(counted).isEqualTo(expected);
            assertThat(stream.count("mindful.stream.batches", "outcome", "duplicate"))
                    .isEqualTo(batches);
            assertThat(stream.deadLetters()).isEmpty();
            assertSessionsAddUpToMinutes(stream, anna, elsewhere, typed);
        }
    }

    private static void assertSessionsAddUpToMinutes(StreamDriver stream, Typing one, Typing other, List<Sent> typed) {
        long keystrokes = 0;
        long errors = 0;
        long activeMs = 0;
        long flowMs = 0;
        double intensityMs = 0;
        for (Typing session : List.of(one, other)) {
            long sessions = typed.stream()
                    .filter(sent -> sent.who().equals(session))
                    .mapToLong(sent -> sent.batch().getKeystrokes())
                    .sum();
            if (typed.stream().noneMatch(sent -> sent.who().equals(session))) {
                continue;
            }
            FlowState last = stream.lastFlowState(session);
            assertThat(last.getKeystrokes()).isEqualTo(sessions);
            keystrokes += last.getKeystrokes();
            errors += last.getErrors();
            activeMs += last.getActiveMs();
            flowMs += last.getFlowMs();
            intensityMs += last.getIntensityMs();
        }
        var minutes = stream.minutes(one.userId()).values();
        assertThat(minutes.stream().mapToLong(FlowMinute::getKeystrokes).sum()).isEqualTo(keystrokes);
        assertThat(minutes.stream().mapToLong(FlowMinute::getErrors).sum()).isEqualTo(errors);
        assertThat(minutes.stream().mapToLong(FlowMinute::getActiveMs).sum()).isEqualTo(activeMs);
        assertThat(minutes.stream().mapToLong(FlowMinute::getFlowMs).sum()).isEqualTo(flowMs);
        assertThat(minutes.stream().mapToDouble(FlowMinute::getIntensityMs).sum())
                .isEqualTo(intensityMs);
    }

    private static Sent someBatch(Typing who, int sequence, Random random, Map<Instant, Long> expected) {
        int keystrokes = random.nextInt(60);
        int[] intervalsMs = new int[keystrokes];
        byte[] classes = new byte[keystrokes];
        Instant startedAt = StreamDriver.START.plusMillis(random.nextInt(12 * 3_600_000));
        Instant at = startedAt;
        for (int i = 0; i < keystrokes; i++) {
            intervalsMs[i] = random.nextInt(10) == 0 ? random.nextInt(INTERVAL_MS_MAX) : random.nextInt(300);
            classes[i] = (byte) random.nextInt(CLASSES.length());
            at = at.plusMillis(intervalsMs[i]);
            expected.merge(at.truncatedTo(java.time.temporal.ChronoUnit.MINUTES), 1L, Long::sum);
        }
        KeystrokePayload payload =
                new KeystrokePayload(intervalsMs, classes, new int[0], new int[0], new byte[0], new int[0]);
        return new Sent(who, who.batch(sequence, startedAt, at, payload));
    }

    private record Sent(Typing who, KeystrokeBatch batch) {}
}
