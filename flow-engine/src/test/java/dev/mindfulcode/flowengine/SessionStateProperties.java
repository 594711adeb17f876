package dev.mindfulcode.flowengine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class SessionStateProperties {

    @Provide
    Arbitrary<List<Input>> events() {
        return Input.adversarial().list().ofMinSize(0).ofMaxSize(400);
    }

    @Property(tries = 1_000)
    void readingsStayFiniteAndInRangeAfterEachEvent(@ForAll("events") List<Input> events) {
        SessionState session = new SessionState().wrap(SessionState.fresh());
        FlowReading reading = new FlowReading();
        long at = Input.START_MS;
        for (Input event : events) {
            at = Input.apply(session, at, List.of(event));
            session.read(reading);
            assertInRange(reading);
            assertThat(session.intensityMs()).isBetween(0.0, (double) session.activeMs());
            assertThat(session.flowMs()).isBetween(0L, session.activeMs());
            assertThat(session.lastActivityAtMs()).isGreaterThanOrEqualTo(session.firstActivityAtMs());
        }
    }

    private static void assertInRange(FlowReading reading) {
        assertThat(List.of(
                        reading.intensity(),
                        reading.confidence(),
                        reading.rhythm(),
                        reading.focus(),
                        reading.consistency(),
                        reading.errorPenalty(),
                        reading.velocity()))
                .allSatisfy(value -> assertThat(value).isBetween(0f, 1f));
        assertThat(reading.flowDurationMs()).isNotNegative();
        assertThat(reading.heldMs()).isNotNegative();
    }

    @Property
    void acceptsAbsurdTimes(@ForAll long[] times, @ForAll int interval) {
        SessionState session = new SessionState().wrap(SessionState.fresh());
        FlowReading reading = new FlowReading();
        for (long at : times) {
            session.keystroke(at, interval, Input.LETTER, -1);
            session.tick(at + 1);
            session.signal(at - 1, EventCodes.SIGNAL_FOCUS_LOST, 0);
            session.signal(at, EventCodes.SIGNAL_FOCUS_GAINED, 0);
            session.read(reading);
            assertInRange(reading);
        }
        session.end(Long.MIN_VALUE);
        assertThat(session.status()).isEqualTo(ActivityStatus.ENDED);
    }

    /**
     * Storing, loading with another flyweight, reading and ticking between events has no effect.
     */
    @Property(tries = 500)
    void anySplitOfEventsGivesTheSameBytes(
            @ForAll("events") List<Input> events, @ForAll List<@IntRange(max = 400) Integer> cuts) {
        byte[] whole = SessionState.fresh();
        Input.apply(new SessionState().wrap(whole), Input.START_MS, events);

        byte[] parts = SessionState.fresh();
        long at = Input.START_MS;
        for (int i = 0; i < events.size(); i++) {
            if (cuts.contains(i)) {
                SessionState between = new SessionState().wrap(parts);
                between.read(new FlowReading());
                between.tick(between.lastActivityAtMs());
                parts = parts.clone();
            }
            at = Input.apply(new SessionState().wrap(parts), at, List.of(events.get(i)));
        }

        assertThat(parts).isEqualTo(whole);
    }

    @Property(tries = 500)
    void ticksInOrderOfTimeDoNotChangeTheOutcome(
            @ForAll List<@IntRange(min = 1, max = 4_000_000) Integer> steps,
            @ForAll @IntRange(min = 1, max = 50) int ticks) {
        byte[] unticked = SessionState.fresh();
        byte[] ticked = SessionState.fresh();
        long at = Input.START_MS;
        for (int step : steps) {
            SessionState session = new SessionState().wrap(ticked);
            for (int i = 1; i <= ticks; i++) {
                session.tick(at + (long) step * i / (ticks + 1));
            }
            at += step;
            session.keystroke(at, step, Input.LETTER, -1);
            new SessionState().wrap(unticked).keystroke(at, step, Input.LETTER, -1);
        }
        assertThat(ticked).isEqualTo(unticked);
    }

    @Property(tries = 500)
    void totalsEqualPlainCounts(@ForAll("events") List<Input> events) {
        SessionState session = new SessionState().wrap(SessionState.fresh());
        Input.apply(session, Input.START_MS, events);

        long keystrokes = 0;
        long errors = 0;
        long switches = 0;
        long activeMs = 0;
        for (Input event : events) {
            int interval = -1;
            int keyClass = -1;
            switch (event) {
                case Input.Key key -> {
                    interval = key.intervalMs();
                    keyClass = key.keyClass();
                    keystrokes++;
                }
                case Input.LateKey key -> {
                    interval = key.intervalMs();
                    keyClass = key.keyClass();
                    keystrokes++;
                }
                case Input.Signal signal -> {
                    switches += signal.kind() == 0 || signal.kind() == 5 ? 1 : 0;
                    errors += (signal.kind() == 2 || signal.kind() == 3) && signal.value() == 0 ? 1 : 0;
                }
            }
            activeMs += interval > 0 && interval <= 15_000 ? interval : 0;
            errors += keyClass == 6 || keyClass == 9 ? 1 : 0;
        }
        assertThat(session.keystrokes()).isEqualTo(keystrokes);
        assertThat(session.errors()).isEqualTo(errors);
        assertThat(session.contextSwitches()).isEqualTo(switches);
        assertThat(session.activeMs()).isEqualTo(activeMs);
    }

    /**
     * The sliding window equals a recount: the same features as a state with the same past and these keys.
     */
    @Property(tries = 300)
    void slidingCountsEqualRecounts(@ForAll("events") List<Input> events) {
        byte[] state = SessionState.fresh();
        Input.apply(new SessionState().wrap(state), Input.START_MS, events);

        int[] histogram = new int[LogBins.COUNT];
        int inBursts = 0;
        int corrections = 0;
        int count = state[Layout.AT_RING_COUNT];
        for (int i = 0; i < count; i++) {
            int slot = Math.floorMod(state[Layout.AT_RING_NEXT] - 1 - i, Layout.RING_LENGTH);
            int interval = StateBytes.getShort(state, Layout.AT_RING_INTERVALS + 2 * slot);
            if (interval < LogBins.BURST_BOUND_MS) {
                histogram[LogBins.of(interval)]++;
                inBursts++;
            }
            corrections += KeystrokeWindow.isCorrection(state, slot) ? 1 : 0;
        }
        for (int bin = 0; bin < LogBins.COUNT; bin++) {
            assertThat((int) state[Layout.AT_WINDOW_HISTOGRAM + bin]).isEqualTo(histogram[bin]);
        }
        assertThat((int) state[Layout.AT_WINDOW_IN_BURSTS]).isEqualTo(inBursts);
        assertThat((int) state[Layout.AT_WINDOW_CORRECTIONS]).isEqualTo(corrections);
    }

    /**
     * Errors in the window never raise the score; older keystrokes are the person's baseline.
     */
    @Property(tries = 1_000)
    void moreErrorsInTheWindowNeverRaiseTheScore(
            @ForAll List<@IntRange(min = 1, max = 3_000) Integer> past,
            @ForAll List<@IntRange(min = 1, max = 3_000) Integer> present,
            @ForAll @IntRange(max = 99) int at,
            @ForAll boolean failedBuild) {
        List<Input> events = new ArrayList<>();
        for (int i = 0; i < past.size(); i++) {
            events.add(new Input.Key(past.get(i), past.get(i), i % 11 == 0 ? EventCodes.KEY_DELETE : Input.LETTER));
        }
        List<Integer> window = present.subList(0, Math.min(present.size(), 100));
        List<Input> fewer = new ArrayList<>(events);
        List<Input> more = new ArrayList<>(events);
        for (int i = 0; i < window.size(); i++) {
            int interval = window.get(i);
            fewer.add(new Input.Key(interval, interval, i % 7 == 0 ? EventCodes.KEY_DELETE : Input.LETTER));
            more.add(new Input.Key(interval, interval, i % 7 == 0 || i == at ? EventCodes.KEY_DELETE : Input.LETTER));
        }
        fewer.add(new Input.Signal(1, EventCodes.SIGNAL_BUILD, 1));
        more.add(new Input.Signal(1, EventCodes.SIGNAL_BUILD, failedBuild ? EventCodes.FAILED : 1));
        assertThat(intensityAfter(more)).isLessThanOrEqualTo(intensityAfter(fewer));
    }

    private static float intensityAfter(List<Input> events) {
        SessionState session = new SessionState().wrap(SessionState.fresh());
        Input.apply(session, Input.START_MS, events);
        FlowReading reading = new FlowReading();
        session.read(reading);
        return reading.intensity();
    }

    @Property(tries = 500)
    void sequenceRangesAreAnExactSetInAnyOrder(@ForAll List<@LongRange(min = -40, max = 60) Long> sequences) {
        byte[] set = SequenceRanges.empty();
        java.util.TreeSet<Long> seen = new java.util.TreeSet<>();
        for (long sequence : sequences) {
            assertThat(SequenceRanges.contains(set, sequence)).isEqualTo(seen.contains(sequence));
            set = SequenceRanges.add(set, sequence);
            seen.add(sequence);
        }
        for (long sequence = -42; sequence < 63; sequence++) {
            assertThat(SequenceRanges.contains(set, sequence)).isEqualTo(seen.contains(sequence));
        }
        long gaps = seen.stream().filter(s -> !seen.contains(s - 1)).count();
        assertThat((long) SequenceRanges.ranges(set)).isEqualTo(gaps);
    }

    @Property(tries = 200)
    void closingTheFirstGapAddsExactlyItsSequences(
            @ForAll @Size(min = 2, max = 40) Set<@LongRange(min = 0, max = 100) Long> sequences) {
        byte[] set = SequenceRanges.empty();
        for (long sequence : sequences) {
            set = SequenceRanges.add(set, sequence);
        }
        Assume.that(SequenceRanges.ranges(set) > 1);
        byte[] closed = SequenceRanges.withoutFirstGap(set);
        assertThat(SequenceRanges.ranges(closed)).isEqualTo(SequenceRanges.ranges(set) - 1);
        assertThat(SequenceRanges.end(closed)).isEqualTo(SequenceRanges.end(set));
        List<Long> added = new ArrayList<>();
        for (long sequence = 0; sequence <= 100; sequence++) {
            if (SequenceRanges.contains(closed, sequence) != SequenceRanges.contains(set, sequence)) {
                added.add(sequence);
            }
        }
        assertThat(added).hasSize((int) (added.getLast() - added.getFirst() + 1));
    }

    @Property(tries = 50)
    void seenBatchesAreAnExactSet(@ForAll List<@IntRange(min = 0, max = 300) Integer> ids) {
        SeenBatches seen = new SeenBatches();
        Set<UUID> expected = new HashSet<>();
        for (int id : ids) {
            UUID batchId = new UUID(id % 3, id);
            assertThat(seen.add(batchId)).isEqualTo(expected.add(batchId));
        }
    }

    @Property
    void detectionIsFiniteForAnyRequest(
            @ForAll int[] intervals,
            @ForAll int switches,
            @ForAll int errors,
            @ForAll long focusMs,
            @ForAll double velocity,
            @ForAll float sensitivity) {
        FlowReading reading = new FlowReading();
        new FlowDetector()
                .detect(
                        new FlowDetector.Request(
                                intervals, switches, errors, focusMs, 0, velocity, intervals, sensitivity, null),
                        reading);
        assertInRange(reading);
        assertThat(reading.reason()).isNotNull();
    }
}
