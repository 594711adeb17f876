package dev.mindfulcode.flowengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** A client written from docs/collection-levels.md, with lists and doubles, against {@link FeatureReporter}. */
class FeatureDefinitionsTest {
    private static final double TOLERANCE = 1e-6;
    private static final int SWITCH = 0;
    private static final int BUILD = 2;
    private static final int FOCUS_LOST = 5;
    private static final int FOCUS_GAINED = 6;

    @Property(tries = 20)
    void aClientWrittenFromThePageAgrees(@ForAll long seed) {
        Random random = new Random(seed);
        Person person = new Person();
        byte[] state = SessionState.fresh();
        List<FeatureReport> reports = new ArrayList<>();
        long at = Input.START_MS + random.nextInt(100_000);
        for (int round = 0; round < 3; round++) {
            Session session = new Session(person);
            FeatureReporter reporter = new FeatureReporter(state, 5_000, reports::add);
            int usualMs = 60 + random.nextInt(250);
            for (int i = 0; i < 1_500; i++) {
                int interval = (int) Math.clamp(usualMs * Math.exp(0.6 * random.nextGaussian()), 0, 5_000);
                if (random.nextInt(60) == 0) {
                    interval = random.nextInt(40_000);
                } else if (random.nextInt(400) == 0) {
                    interval = random.nextInt(900_000);
                }
                interval = i == 0 ? 0 : interval;
                at += interval;
                boolean correction = random.nextInt(10) == 0;
                if (random.nextInt(25) == 0) {
                    int kind = List.of(SWITCH, BUILD, FOCUS_LOST, FOCUS_GAINED).get(random.nextInt(4));
                    session.signal(at, kind);
                    reporter.signal(at, kind, 0);
                }
                session.keystroke(at, interval, correction);
                reporter.keystroke(at, interval, correction ? EventCodes.KEY_DELETE : 0);
                if (random.nextInt(20) == 0) {
                    reporter.flush();
                    assertAgrees(session.scores(at), reports.getLast());
                }
            }
            reporter.flush();
            state = SessionState.freshAfter(state);
            session.end();
            at += random.nextInt(4_000_000);
        }
    }

    private static void assertAgrees(double[] expected, FeatureReport report) {
        double[] reported = {
            report.rhythm(), report.focus(), report.consistency(), report.errorPenalty(), report.velocity()
        };
        assertThat(reported).containsExactly(expected, within(TOLERANCE));
    }

    private static final class Person {
        private final int[] intervals = new int[64];
        private long keystrokes = 50;
        private long corrections = 5;
        private long quarterSwitches = 52;
        private long activeMs = 3_600_000;

        /** The 20-s bins with an event, oldest first. */
        private final List<Long> bins = new ArrayList<>();

        private final Deque<Long> instants = new ArrayDeque<>();
        private long lastAt = -1;
        private long stretchBin;
        private long dueAt;
        private double recent = 0.52;
        private int outcomes;
        private int held;

        Person() {
            int given = 0;
            for (int bin = 0; bin < 64; bin++) {
                double bound = 8 * Math.pow(2, (bin + 1) / 8.0);
                int upTo = bin == 63 ? 50 : (int) Math.round(50 / (1 + Math.pow(bound / 172, -1 / 0.355)));
                intervals[bin] = upTo - given;
                given = upTo;
            }
        }

        /** An event of theirs: any but builds and tests. */
        void event(long at) {
            long bin = at / 20_000;
            boolean gap = lastAt >= 0 && at - lastAt >= 300_000;
            if (lastAt < 0 || gap) {
                for (; !instants.isEmpty(); instants.poll()) {
                    learn(lastAt + 300_000 > instants.peek() + 900_000);
                }
                stretchBin = bin;
                dueAt = at + 300_000;
            } else if (bin > bins.getLast()) {
                for (; !instants.isEmpty() && at >= instants.peek() + 900_000; instants.poll()) {
                    learn(true);
                }
                if (at >= dueAt) {
                    instants.add(at);
                    dueAt = at + 300_000;
                }
            }
            lastAt = at;
            if (bins.isEmpty() || bin > bins.getLast()) {
                bins.add(bin);
            }
        }

        private void learn(boolean workHeld) {
            outcomes++;
            held += workHeld ? 1 : 0;
            double weight = Math.pow(0.5, 1.0 / 24);
            recent = recent * weight + (workHeld ? 1 - weight : 0);
        }

        double steadiness() {
            return recent / (recent + (held + 52) / (outcomes + 100.0));
        }

        double presence(long t) {
            if (bins.isEmpty()) {
                return 0;
            }
            long empty = Math.max(t / 20_000 - bins.getLast() - 1, 0);
            long to = bins.getLast() + empty;
            double sum = bins.stream()
                            .mapToDouble(bin -> Math.exp(-(to - bin) / 15.0))
                            .sum()
                    * (1 - Math.exp(-1 / 15.0));
            return Math.min(sum / (1 - Math.exp(-(to - stretchBin + 1) / 15.0)), 1);
        }

        void halveIfFull() {
            if (keystrokes >= 32_768 || quarterSwitches >= 32_768) {
                keystrokes /= 2;
                corrections /= 2;
                quarterSwitches /= 2;
                activeMs /= 2;
                Arrays.setAll(intervals, bin -> intervals[bin] / 2);
            }
        }
    }

    private record Key(int intervalMs, boolean correction) {}

    private static final class Session {
        private final Person person;
        private final Deque<Key> window = new ArrayDeque<>();
        private final List<long[]> events = new ArrayList<>();
        private final List<long[]> away = new ArrayList<>();
        private long awaySince = -1;
        private long lastAt = -1;

        Session(Person person) {
            this.person = person;
        }

        void keystroke(long at, int intervalMs, boolean correction) {
            event(at, -1);
            window.add(new Key(intervalMs, correction));
            if (window.size() > 100) {
                leave(window.poll());
            }
        }

        void signal(long at, int kind) {
            event(at, kind);
            if (kind == SWITCH || kind == FOCUS_LOST) {
                person.quarterSwitches += kind == SWITCH ? 1 : 4;
                person.halveIfFull();
            }
            if (kind == FOCUS_LOST && awaySince < 0) {
                awaySince = at;
            } else if (kind == FOCUS_GAINED && awaySince >= 0) {
                away.add(new long[] {at, Math.min((at - awaySince) / 250, 255)});
                awaySince = -1;
            }
        }

        private void event(long at, int kind) {
            if (lastAt >= 0 && at - lastAt >= 300_000) {
                end();
                awaySince = -1;
            }
            lastAt = at;
            if (kind != BUILD) {
                person.event(at);
            }
            events.add(new long[] {at, kind});
        }

        void end() {
            while (!window.isEmpty()) {
                leave(window.poll());
            }
        }

        private void leave(Key key) {
            if (key.intervalMs < 2_000) {
                person.intervals[bin(key.intervalMs)]++;
            }
            person.keystrokes++;
            person.corrections += key.correction ? 1 : 0;
            person.activeMs += key.intervalMs <= 15_000 ? key.intervalMs : 0;
            person.halveIfFull();
        }

        private static int bin(int intervalMs) {
            int bin = 0;
            while (bin < 63 && intervalMs >= 8 * Math.pow(2, (bin + 1) / 8.0)) {
                bin++;
            }
            return bin;
        }

        double[] scores(long t) {
            int[] w = new int[64];
            window.stream().filter(key -> key.intervalMs < 2_000).forEach(key -> w[bin(key.intervalMs)]++);
            int m = sum(w);
            double trust = m / (m + 20.0);
            double rhythm = 0.5;
            double velocity = 0.5;
            double alike = 0.5;
            if (m > 0) {
                double ratio = deviation(w) / Math.max(deviation(person.intervals), 0.001);
                rhythm = 0.5 + (1 / (1 + ratio * ratio) - 0.5) * trust;
                velocity = 0.5 + (1 / (1 + Math.pow(4, median(w) - median(person.intervals))) - 0.5) * trust;
                alike = 0.5 + (alike(w, person.intervals) - 0.5) * trust;
            }
            return new double[] {rhythm, focus(t), (alike + 2 * person.steadiness()) / 3, errorPenalty(t), velocity};
        }

        private double errorPenalty(long t) {
            long c = window.stream().filter(Key::correction).count();
            double e = c / (window.size() + 20.0);
            double own = Math.max((double) person.corrections / person.keystrokes, 0.01);
            double failures = weighted(t, BUILD);
            return 1 - (1 - e / (e + 2 * own)) * Math.pow(0.85, failures);
        }

        private double focus(long t) {
            double weights = IntStream.range(0, 16)
                    .mapToDouble(age -> Math.pow(0.5, age / 5.0))
                    .sum();
            double perHour = 60 * (weighted(t, SWITCH) + 4 * weighted(t, FOCUS_LOST)) / weights;
            double own = Math.max(person.quarterSwitches * 3_600_000.0 / person.activeMs, 8);
            double awayShare = 0;
            for (int age = 0; age < 16; age++) {
                long minute = t / 60_000 - age;
                long quarters = away.stream()
                        .filter(a -> a[0] / 60_000 == minute)
                        .mapToLong(a -> a[1])
                        .sum();
                awayShare += Math.pow(0.5, age / 5.0) * Math.min(quarters, 255) / 240 / weights;
            }
            return person.presence(t) * (1 - Math.min(awayShare, 1)) / (1 + perHour / (4 * own));
        }

        private double weighted(long t, int kind) {
            double sum = 0;
            for (int age = 0; age < 16; age++) {
                long minute = t / 60_000 - age;
                sum += Math.pow(0.5, age / 5.0)
                        * Math.min(
                                events.stream()
                                        .filter(e -> e[1] == kind && e[0] / 60_000 == minute)
                                        .count(),
                                255);
            }
            return sum;
        }

        private static double alike(int[] one, int[] other) {
            double distance = 0;
            double difference = 0;
            for (int bin = 0; bin < 64; bin++) {
                difference += (double) one[bin] / sum(one) - (double) other[bin] / sum(other);
                distance += Math.abs(difference) / 8;
            }
            return 1 / (1 + distance * distance / 0.25);
        }

        private static double median(int[] histogram) {
            double below = 0;
            double half = sum(histogram) / 2.0;
            for (int bin = 0; bin < 64; bin++) {
                if (histogram[bin] > 0 && below + histogram[bin] >= half) {
                    return (bin + (half - below) / histogram[bin]) / 8;
                }
                below += histogram[bin];
            }
            throw new IllegalArgumentException("empty");
        }

        /** Bisects for the half-width that has half of the counts. */
        private static double deviation(int[] histogram) {
            double centre = median(histogram) * 8;
            double low = 0;
            double high = 64;
            for (int i = 0; i < 100; i++) {
                double radius = (low + high) / 2;
                double mass = 0;
                for (int bin = 0; bin < 64; bin++) {
                    double from = Math.max(bin, centre - radius);
                    double to = Math.min(bin + 1, centre + radius);
                    mass += histogram[bin] * Math.max(to - from, 0);
                }
                if (mass >= sum(histogram) / 2.0) {
                    high = radius;
                } else {
                    low = radius;
                }
            }
            return high / 8;
        }

        private static int sum(int[] histogram) {
            return Arrays.stream(histogram).sum();
        }
    }
}
