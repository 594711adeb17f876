package dev.mindfulcode.modelevidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.flowengine.personal.PersonalLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Whether the personal layer does harm, on real outcomes: a few moments of a developer's day are labelled with whether
 * the next fifteen minutes had no gap of five, which the layer then has to predict of the other moments. Each moment is
 * predicted by the layer as it was before it; an answer is known fifteen minutes later.
 */
class PersonalLayerOutcomesTest {

    private static final Path REAL_LOGS = Path.of("..", "..", "..", "shared", "data", "abb_ide_logs");
    private static final double HARM_MAX = 0.0005;
    private static final int SEEDS = 3;
    private static final int BINS = 10;

    private record Moment(long atMs, float intensity, boolean yes) {}

    @Test
    void isNeverMuchWorseThanTheModel() throws IOException {
        Assumptions.assumeTrue(Files.isDirectory(REAL_LOGS), "no ABB logs in " + REAL_LOGS);
        List<List<Moment>> people = new ArrayList<>();
        for (Path file : AbbLog.files(REAL_LOGS)) {
            people.add(moments(AbbLog.read(file)));
        }
        for (int perDay : new int[] {1, 2, 6}) {
            Score model = new Score();
            Score personal = new Score();
            double worst = 0;
            for (int seed = 0; seed < SEEDS; seed++) {
                Random random = new Random(seed);
                for (List<Moment> moments : people) {
                    Score ofModel = new Score();
                    Score ofPerson = new Score();
                    predict(moments, perDay, random, ofModel, ofPerson);
                    model.add(ofModel);
                    personal.add(ofPerson);
                    worst = Math.max(worst, ofPerson.brier() - ofModel.brier());
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "%d labels a day: Brier %.4f → %.4f, calibration error %.3f → %.3f, %.0f %% of moments changed,"
                            + " worst person %+.4f%n",
                    perDay,
                    model.brier(),
                    personal.brier(),
                    model.calibrationError(),
                    personal.calibrationError(),
                    100.0 * personal.changed / personal.count,
                    worst);
            assertThat(personal.brier() - model.brier())
                    .as(perDay + " labels a day")
                    .isLessThanOrEqualTo(HARM_MAX);
        }
    }

    private static void predict(List<Moment> moments, int perDay, Random random, Score model, Score personal) {
        List<Boolean> isLabelled = labelled(moments, perDay, random);
        PersonalLayer layer = new PersonalLayer();
        ArrayDeque<Moment> pending = new ArrayDeque<>();
        for (int i = 0; i < moments.size(); i++) {
            Moment moment = moments.get(i);
            while (!pending.isEmpty() && pending.peek().atMs() + 1_000L * AbbForecast.HORIZON_S <= moment.atMs()) {
                Moment known = pending.remove();
                layer.learn(
                        known.atMs(),
                        known.intensity(),
                        known.yes() ? PersonalLayer.FLOW_MAX : PersonalLayer.FLOW_MIN,
                        1);
            }
            float own = layer.asOf(moment.atMs()).intensity(moment.intensity());
            model.add(moment.intensity(), moment.yes(), false);
            personal.add(own, moment.yes(), own != moment.intensity());
            if (isLabelled.get(i)) {
                pending.add(moment);
            }
        }
    }

    /** Chooses so many moments of each day. */
    private static List<Boolean> labelled(List<Moment> moments, int perDay, Random random) {
        List<Boolean> labelled = new ArrayList<>();
        for (int from = 0, to; from < moments.size(); from = to) {
            long day = moments.get(from).atMs() / 86_400_000;
            to = from;
            while (to < moments.size() && moments.get(to).atMs() / 86_400_000 == day) {
                to++;
            }
            List<Boolean> ofDay = new ArrayList<>(Collections.nCopies(Math.min(perDay, to - from), true));
            ofDay.addAll(Collections.nCopies(to - from - ofDay.size(), false));
            Collections.shuffle(ofDay, random);
            labelled.addAll(ofDay);
        }
        return labelled;
    }

    /** Each fifth minute with activity in the five minutes before, with the built-in model's intensity. */
    private static List<Moment> moments(AbbLog log) {
        List<Moment> moments = new ArrayList<>();
        long[] seconds = log.seconds();
        SessionState session = new SessionState();
        FlowReading reading = new FlowReading();
        byte @Nullable [] earlier = null;
        int start = 0;
        for (int end = 1; end <= seconds.length; end++) {
            if (end < seconds.length && seconds[end] - seconds[end - 1] < AbbForecast.SESSION_SPLIT_S) {
                continue;
            }
            byte[] state = earlier == null ? SessionState.fresh() : SessionState.freshAfter(earlier);
            session.wrap(state);
            int applied = start;
            long last = seconds[seconds.length - 1];
            for (long at = seconds[start] + AbbForecast.STEP_S; at <= seconds[end - 1]; at += AbbForecast.STEP_S) {
                for (; applied < end && seconds[applied] <= at; applied++) {
                    apply(log, applied, start, session);
                }
                if (at - seconds[applied - 1] < AbbForecast.GAP_S && at + AbbForecast.HORIZON_S <= last) {
                    session.read(at * 1_000, reading);
                    moments.add(new Moment(at * 1_000, reading.modelIntensity(), holds(seconds, applied, at)));
                }
            }
            for (; applied < end; applied++) {
                apply(log, applied, start, session);
            }
            earlier = state;
            start = end;
        }
        return moments;
    }

    private static void apply(AbbLog log, int i, int start, SessionState session) {
        long atMs = log.seconds()[i] * 1_000;
        int code = log.codes()[i];
        if (code < AbbLog.SIGNAL) {
            long sinceMs = i == start ? 0 : atMs - log.seconds()[i - 1] * 1_000;
            session.keystroke(atMs, (int) sinceMs, code, -1);
            return;
        }
        session.signal(atMs, code - AbbLog.SIGNAL, EngineCodes.OK);
        if (code - AbbLog.SIGNAL == EngineCodes.FOCUS_LOST) {
            session.signal(atMs, EngineCodes.FOCUS_GAINED, 0);
        }
    }

    private static boolean holds(long[] seconds, int next, long at) {
        long from = at;
        for (int i = next; i < seconds.length && seconds[i] <= at + AbbForecast.HORIZON_S; i++) {
            if (seconds[i] - from >= AbbForecast.GAP_S) {
                return false;
            }
            from = seconds[i];
        }
        return at + AbbForecast.HORIZON_S - from < AbbForecast.GAP_S;
    }

    private static final class Score {

        private final double[] predicted = new double[BINS];
        private final double[] happened = new double[BINS];
        private double squares;
        private long count;
        private long changed;

        void add(float intensity, boolean yes, boolean isChanged) {
            int bin = Math.min(BINS - 1, (int) (intensity * BINS));
            predicted[bin] += intensity;
            happened[bin] += yes ? 1 : 0;
            squares += (intensity - (yes ? 1 : 0)) * (intensity - (yes ? 1 : 0));
            count++;
            changed += isChanged ? 1 : 0;
        }

        void add(Score other) {
            Arrays.setAll(predicted, i -> predicted[i] + other.predicted[i]);
            Arrays.setAll(happened, i -> happened[i] + other.happened[i]);
            squares += other.squares;
            count += other.count;
            changed += other.changed;
        }

        double brier() {
            return count == 0 ? 0 : squares / count;
        }

        double calibrationError() {
            double error = 0;
            for (int i = 0; i < BINS; i++) {
                error += Math.abs(predicted[i] - happened[i]);
            }
            return error / count;
        }
    }
}
