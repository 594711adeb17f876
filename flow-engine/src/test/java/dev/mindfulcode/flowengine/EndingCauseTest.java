package dev.mindfulcode.flowengine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.history.WorkHistory;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The cause of the end of a flow period, against a counterfactual that the test computes from readings alone. */
class EndingCauseTest {
    private static final long MINUTE_MS = 60_000;
    private static final int ENDINGS = 300;
    private static final double AGREEMENT_MIN = 0.95;

    private final FlowModel model = FlowModel.builtIn();
    private final Map<Interruption, Integer> causes = new EnumMap<>(Interruption.class);
    private int endings;
    private int byModel;
    private int agreedByModel;
    private int fragmented;
    private int agreedFragmented;
    private int agreed;

    @Test
    void namesTheInputThatLoweredIntensityTheMost() {
        for (int seed = 1; endings < ENDINGS; seed++) {
            new Run(seed).play();
        }
        System.out.printf(
                "%d endings, %d by the model, agreement %.3f, %d fragmented, agreement %.3f, causes %s%n",
                endings,
                byModel,
                (double) agreedByModel / byModel,
                fragmented,
                (double) agreedFragmented / fragmented,
                causes);
        assertThat(byModel).as("endings by the model").isGreaterThan(ENDINGS / 4);
        assertThat((double) agreedByModel / byModel).isGreaterThanOrEqualTo(AGREEMENT_MIN);
        assertThat(fragmented).as("endings by fragmentation").isGreaterThan(ENDINGS / 20);
        assertThat((double) agreedFragmented / fragmented).isGreaterThanOrEqualTo(AGREEMENT_MIN);
        assertThat((double) agreed / endings).isGreaterThanOrEqualTo(AGREEMENT_MIN);
        assertThat(causes.keySet())
                .contains(
                        Interruption.IDLE,
                        Interruption.LEFT_WINDOW,
                        Interruption.CONTEXT_SWITCH,
                        Interruption.ERRORS,
                        Interruption.SESSION_ENDED);
    }

    /** Two hours of somebody whose work changes its kind every few minutes. */
    private final class Run {
        private final Random random;
        private final byte[] state = SessionState.fresh();
        private final SessionState session = new SessionState().wrap(state);
        private final FlowReading reading = new FlowReading();
        private final double[] sums = new double[WorkHistory.FEATURES + 2];
        private long at = Input.START_MS;
        private int evaluations;
        private boolean wasInFlow;

        Run(long seed) {
            random = new Random(seed);
        }

        void play() {
            long until = at + 120 * MINUTE_MS;
            int usualSwitchMs = 30_000 + random.nextInt(40_000);
            while (at < until) {
                work(14 * MINUTE_MS, 0.01, 0.08, usualSwitchMs, 0);
                switch (random.nextInt(10)) {
                    case 0 -> work(6 * MINUTE_MS, 0.01, 0.5, 0, 0);
                    case 1 -> work(6 * MINUTE_MS, 0.01, 0.08, 4_000 + random.nextInt(20_000), 0);
                    case 2 -> work(8 * MINUTE_MS, 0.01, 0.08, usualSwitchMs, 30_000 + random.nextInt(60_000));
                    case 3 -> work(8 * MINUTE_MS, 0.15, 0.08, 0, 0);
                    case 4 -> search();
                    case 5 -> lookAway(2 + random.nextInt(3));
                    case 6 -> idle(6 * MINUTE_MS, random.nextBoolean());
                    case 7, 8 -> read(3 + random.nextInt(4));
                    default -> work(4 * MINUTE_MS, 0.05, 0.2, 15_000, 0);
                }
            }
            session.end(at);
            noteChange();
        }

        /** Reads for a few minutes, with a word in between. */
        private void read(int times) {
            for (int i = 0; i < times; i++) {
                at += 60_000 + random.nextInt(150_000);
                work(3_000, 0, 0.08, 0, 0);
            }
        }

        /** Opens many files before the next key. */
        private void search() {
            open(60);
            work(6 * MINUTE_MS, 0.01, 0.08, 0, 0);
        }

        private void open(int files) {
            for (int file = 0; file < files; file++) {
                session.signal(at += 50, EventCodes.SIGNAL_FILE_SWITCH, 0);
                noteChange();
            }
        }

        /** Leaves the window a few times for about a minute, and opens some files before the next key. */
        private void lookAway(int times) {
            for (int i = 0; i < times; i++) {
                session.signal(at += 300, EventCodes.SIGNAL_FOCUS_LOST, 0);
                noteChange();
                session.signal(at += 35_000 + random.nextInt(30_000), EventCodes.SIGNAL_FOCUS_GAINED, 0);
                noteChange();
            }
            open(8 + random.nextInt(16));
            work(6 * MINUTE_MS, 0.01, 0.08, 0, 0);
        }

        private void idle(long ms, boolean away) {
            if (away) {
                session.signal(at += 300, EventCodes.SIGNAL_FOCUS_LOST, 0);
            }
            at += ms;
            session.tick(at);
            noteChange();
        }

        private void work(long ms, double pauses, double deletions, int switchEveryMs, int awayEveryMs) {
            long until = at + ms;
            long switchAt = at + switchEveryMs;
            long awayAt = at + awayEveryMs;
            while (at < until) {
                boolean pause = random.nextDouble() < pauses;
                int interval = (int) Math.clamp(
                        pause ? 5_000 + random.nextInt(60_000) : 170 * Math.exp(0.5 * random.nextGaussian()),
                        20,
                        90_000);
                if (awayEveryMs > 0 && at >= awayAt) {
                    session.signal(at += 300, EventCodes.SIGNAL_FOCUS_LOST, 0);
                    noteChange();
                    interval = 10_000 + random.nextInt(30_000);
                    session.signal(at += interval, EventCodes.SIGNAL_FOCUS_GAINED, 0);
                    noteChange();
                    awayAt = at + awayEveryMs;
                }
                at += interval;
                session.keystroke(at, interval, random.nextDouble() < deletions ? EventCodes.KEY_DELETE : letter(), -1);
                noteChange();
                if (switchEveryMs > 0 && at >= switchAt) {
                    session.signal(at, EventCodes.SIGNAL_FILE_SWITCH, 0);
                    noteChange();
                    switchAt = at + switchEveryMs;
                }
            }
        }

        private int letter() {
            return random.nextInt(40) == 0 ? EventCodes.KEY_ENTER : Input.LETTER;
        }

        /** Compares after each event: what ended flow with that event, and what the readings say. */
        private void noteChange() {
            boolean evaluated = StateBytes.getLong(state, Layout.AT_EVALUATED_MS) == at;
            session.read(reading);
            if (wasInFlow && !session.isInFlow()) {
                endings++;
                causes.merge(session.flowEndedBy(), 1, Integer::sum);
                agreed += isExpected(session.flowEndedBy()) ? 1 : 0;
            } else if (session.isInFlow() && evaluated) {
                if (!wasInFlow) {
                    evaluations = 0;
                    java.util.Arrays.fill(sums, 0);
                }
                evaluations++;
                double[] inputs = inputs();
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += inputs[i];
                }
            }
            wasInFlow = session.isInFlow();
        }

        private double[] inputs() {
            double[] inputs = new double[WorkHistory.FEATURES + 2];
            for (int i = 0; i < WorkHistory.FEATURES; i++) {
                inputs[i] = reading.history()[i];
            }
            inputs[WorkHistory.FEATURES] = reading.inWindow;
            inputs[WorkHistory.FEATURES + 1] = reading.unfragmented;
            return inputs;
        }

        private boolean isExpected(Interruption cause) {
            FlowReason reason = reading.reason();
            if (session.status() == ActivityStatus.ENDED) {
                return cause == Interruption.SESSION_ENDED || cause == Interruption.IDLE;
            }
            if (session.status() == ActivityStatus.PAUSED) {
                return cause == Interruption.IDLE || cause == Interruption.LEFT_WINDOW;
            }
            if (reason == FlowReason.STRUGGLING) {
                return cause == Interruption.ERRORS;
            }
            if (reason == FlowReason.FRAGMENTED) {
                fragmented++;
                agreedFragmented += cause == largerDrop() ? 1 : 0;
                return cause == largerDrop();
            }
            byModel++;
            agreedByModel += cause == counterfactual() ? 1 : 0;
            return cause == counterfactual();
        }

        private Interruption largerDrop() {
            double outside = sums[WorkHistory.FEATURES] / evaluations - reading.inWindow;
            double switches = sums[WorkHistory.FEATURES + 1] / evaluations - reading.unfragmented;
            return outside > switches ? Interruption.LEFT_WINDOW : Interruption.CONTEXT_SWITCH;
        }

        private Interruption counterfactual() {
            int[][] groups = {
                {
                    WorkHistory.PRESENCE_1_MIN,
                    WorkHistory.PRESENCE_2_MIN,
                    WorkHistory.PRESENCE_5_MIN,
                    WorkHistory.PRESENCE_60_MIN,
                    WorkHistory.LN_S_SINCE_ACTIVITY
                },
                {WorkHistory.LN_S_SINCE_FOCUS_LOST},
                {
                    WorkHistory.LN_S_SINCE_ENTER,
                    WorkHistory.LN_S_SINCE_EDIT,
                    WorkHistory.LN_RATE_5_MIN,
                    WorkHistory.LN_RATE_60_MIN
                }
            };
            Interruption[] names = {Interruption.IDLE, Interruption.LEFT_WINDOW, Interruption.RHYTHM_LOST};
            Interruption best = Interruption.UNKNOWN;
            float highest = model.intensity(reading);
            for (int group = 0; group < groups.length; group++) {
                double[] inputs = inputs();
                for (int input : groups[group]) {
                    inputs[input] = sums[input] / evaluations;
                }
                FlowReading replaced = new FlowReading();
                for (int i = 0; i < WorkHistory.FEATURES; i++) {
                    replaced.history()[i] = (float) inputs[i];
                }
                float intensity = model.intensity(replaced);
                if (intensity > highest) {
                    highest = intensity;
                    best = names[group];
                }
            }
            return best;
        }
    }
}
