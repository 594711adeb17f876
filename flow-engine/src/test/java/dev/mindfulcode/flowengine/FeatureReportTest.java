package dev.mindfulcode.flowengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureReportTest {
    private static final int EVALUATION_MS = (int) SessionState.EVALUATION_INTERVAL_MS;
    private static final int LETTER = 0;

    /** Difference of a session's mean intensity between its reports and its keystrokes. */
    private static final double MEAN_INTENSITY_MAX = 0.03;

    @Property(tries = 30)
    void reportsCountWhatTheirKeystrokesCount(@ForAll long seed) {
        Run run = new Run(seed, EVALUATION_MS);

        assertThat(run.reported.keystrokes()).isEqualTo(run.typed.keystrokes());
        assertThat(run.reported.errors()).isEqualTo(run.typed.errors());
        assertThat(run.reported.contextSwitches()).isEqualTo(run.typed.contextSwitches());
        assertThat(run.reported.filesModified()).isEqualTo(run.typed.filesModified());
        assertThat(run.reported.activeMs()).isEqualTo(run.typed.activeMs());
        assertThat(run.reported.firstActivityAtMs()).isEqualTo(run.typed.firstActivityAtMs());
        assertThat(run.reported.lastActivityAtMs()).isEqualTo(run.typed.lastActivityAtMs());
    }

    /** A report says nothing of seconds, so intensity is close only. */
    @ParameterizedTest
    @ValueSource(ints = {EVALUATION_MS, 30_000})
    void reportsGiveAboutTheFlowOfTheirKeystrokes(int intervalMs) {
        long flowMs = 0;
        long reportedFlowMs = 0;
        double worst = 0;
        for (int seed = 1; seed <= 20; seed++) {
            Run run = new Run(seed, intervalMs);
            double mean = run.typed.intensityMs() / run.typed.activeMs();
            double reported = run.reported.intensityMs() / run.reported.activeMs();
            worst = Math.max(worst, Math.abs(reported - mean));
            flowMs += run.typed.flowMs();
            reportedFlowMs += run.reported.flowMs();
        }
        System.out.printf(
                "reports of %d ms: %.3f of the flow of keystrokes, mean intensity differs by up to %.3f%n",
                intervalMs, (double) reportedFlowMs / flowMs, worst);
        assertThat(worst).isLessThan(MEAN_INTENSITY_MAX);
        assertThat((double) reportedFlowMs / flowMs).isBetween(0.95, 1.05);
    }

    @Test
    void readingsAreTheReportedFeatures() {
        SessionState session = new SessionState().wrap(SessionState.fresh());
        session.report(report(0, 8_000, 40));
        FlowReading reading = new FlowReading();

        session.read(reading);

        assertThat(reading.rhythm()).isEqualTo(0.6f);
        assertThat(reading.focus()).isEqualTo(0.9f);
        assertThat(reading.consistency()).isEqualTo(0.5f);
        assertThat(reading.errorPenalty()).isEqualTo(0.2f);
        assertThat(reading.velocity()).isEqualTo(0.7f);
        assertThat(reading.confidence()).isGreaterThan(0.2f);

        session.read(session.lastActivityAtMs() + 240_000, reading);
        assertThat(reading.rhythm()).isLessThan(0.2f);
        assertThat(reading.focus()).isLessThan(0.5f);
    }

    @Test
    void aChangeOfTheLevelEndsFlowWithoutACause() {
        SessionState session = inFlowByReports();
        long at = session.lastActivityAtMs() + 200;
        session.keystroke(at, 200, LETTER, -1);
        assertThat(session.isInFlow()).isFalse();
        assertThat(session.flowEndedBy()).isEqualTo(Interruption.UNKNOWN);
        FlowReading reading = new FlowReading();
        session.read(reading);
        assertThat(reading.confidence()).isLessThan(0.1f);

        int keys = 0;
        while (!session.isInFlow()) {
            int interval = 140 + ++keys % 7 * 20;
            at += interval;
            session.keystroke(at, interval, LETTER, -1);
        }
        session.report(report(at - Input.START_MS, 5_000, 25));
        assertThat(session.isInFlow()).isFalse();
        assertThat(session.flowEndedBy()).isEqualTo(Interruption.UNKNOWN);
        assertThat(session.interruptions()).isEqualTo(2);
    }

    @Test
    void aSilenceEndsFlowOfReports() {
        SessionState session = inFlowByReports();
        long last = session.lastActivityAtMs();
        session.tick(last + SessionState.PAUSE_TIMEOUT_MS);
        assertThat(session.flowEndedBy()).isEqualTo(Interruption.IDLE);
        assertThat(session.flowEndedAtMs()).isEqualTo(last);
        assertThat(session.status()).isEqualTo(ActivityStatus.PAUSED);
    }

    @Test
    void aLateReportCountsInTheTotalsOnly() {
        SessionState session = inFlowByReports();
        long flowMs = session.flowMs();
        long last = session.lastActivityAtMs();
        long keystrokes = session.keystrokes();
        session.report(report(1_000, 2_000, 10));
        assertThat(session.keystrokes()).isEqualTo(keystrokes + 10);
        assertThat(session.lastActivityAtMs()).isEqualTo(last);
        assertThat(session.isInFlow()).isTrue();
        assertThat(session.flowMs()).isEqualTo(flowMs);
    }

    /** Times, counts and kinds of input in any order keep the state valid and its readings in range. */
    @Property(tries = 200)
    void anyReportsKeepTheStateValid(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] state = SessionState.fresh();
        SessionState session = new SessionState().wrap(state);
        FlowReading reading = new FlowReading();
        long at = Input.START_MS;
        for (int i = 0; i < 400; i++) {
            at += switch (random.nextInt(20)) {
                case 0 -> random.nextInt(4_000_000);
                case 1 -> -random.nextInt(4_000_000);
                default -> random.nextInt(20_000);
            };
            int duration = random.nextInt(FeatureReport.DURATION_MS_MAX + 1);
            int switches = random.nextInt(100);
            int keystrokes = random.nextInt(4) == 0 ? 0 : random.nextInt(FeatureReport.COUNT_MAX + 1);
            switch (random.nextInt(12)) {
                case 0 -> session.keystroke(at, random.nextInt(20_000), random.nextInt(13), -1);
                case 1 -> session.signal(at, random.nextInt(8), random.nextInt(2));
                case 2 -> session.tick(at);
                case 3 -> {
                    state = SessionState.freshAfter(state);
                    session.wrap(state);
                }
                default ->
                    session.report(new FeatureReport(
                            at,
                            duration,
                            keystrokes,
                            random.nextInt(100),
                            switches,
                            random.nextInt(switches + 1),
                            random.nextInt(keystrokes + 1),
                            random.nextInt(100),
                            random.nextInt(Math.min(duration, keystrokes * 15_000) + 1),
                            random.nextFloat(),
                            random.nextFloat(),
                            random.nextFloat(),
                            random.nextFloat(),
                            random.nextFloat()));
            }
            session.read(at + random.nextInt(600_000), reading);
            Readings.assertInRange(reading);
            assertThat(Integrity.holds(state)).as("step %d of seed %d", i, seed).isTrue();
        }
    }

    @Test
    void refusesValuesOutOfRange() {
        assertThatThrownBy(() -> report(0, 60_001, 10)).hasMessage("duration_ms is 60001; must be from 0 to 60000");
        assertThatThrownBy(() -> new FeatureReport(0, 10, 1, 0, 0, 0, 0, 0, 11, 0, 0, 0, 0, 0))
                .hasMessage("active_ms is 11; must be from 0 to 10");
        assertThatThrownBy(() -> new FeatureReport(0, 10, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0))
                .hasMessageContaining("active_ms");
        assertThatThrownBy(() -> new FeatureReport(0, 10, 1, 0, 0, 0, 0, 0, 1, 0, Float.NaN, 0, 0, 0))
                .hasMessageContaining("focus");
        assertThatThrownBy(() -> new FeatureReport(0, 10, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1.001f))
                .hasMessageContaining("velocity");
        assertThatThrownBy(() -> new FeatureReport(0, 10, 1, 0, 2, 3, 0, 0, 1, 0, 0, 0, 0, 0))
                .hasMessage("focus_losses is 3; must be from 0 to 2");
        assertThatThrownBy(() -> new FeatureReport(0, 10, 1, 0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0))
                .hasMessage("lines is 2; must be from 0 to 1");
    }

    private static SessionState inFlowByReports() {
        SessionState session = new SessionState().wrap(SessionState.fresh());
        for (int i = 0; i < 400; i++) {
            session.report(report(i * 5_000L, 5_000, 25));
        }
        assertThat(session.isInFlow()).isTrue();
        return session;
    }

    private static FeatureReport report(long fromStartMs, int durationMs, int keystrokes) {
        return new FeatureReport(
                Input.START_MS + fromStartMs,
                durationMs,
                keystrokes,
                0,
                0,
                0,
                keystrokes / 20,
                0,
                durationMs,
                0.6f,
                0.9f,
                0.5f,
                0.2f,
                0.7f);
    }

    /** The same typing of two hours, as keystrokes and as reports. */
    private static final class Run {
        private final SessionState typed = new SessionState().wrap(SessionState.fresh());
        private final SessionState reported = new SessionState().wrap(SessionState.fresh());

        Run(long seed, int intervalMs) {
            Random random = new Random(seed);
            FeatureReporter reporter = new FeatureReporter(SessionState.fresh(), intervalMs, reported::report);
            long at = Input.START_MS + random.nextInt(60_000);
            int usualMs = 110 + random.nextInt(120);
            for (int i = 0; i < 20_000; i++) {
                int intervalMsOfKey = (int) Math.clamp(usualMs * Math.exp(0.5 * random.nextGaussian()), 1, 5_000);
                if (i == 0) {
                    intervalMsOfKey = 0;
                } else if (random.nextInt(150) == 0) {
                    intervalMsOfKey = random.nextInt(30_000);
                } else if (random.nextInt(5_000) == 0) {
                    intervalMsOfKey = random.nextInt(2_000_000);
                }
                at += intervalMsOfKey;
                int keyClass =
                        i % 40 == 39 ? EventCodes.KEY_ENTER : random.nextInt(14) == 0 ? EventCodes.KEY_DELETE : LETTER;
                typed.keystroke(at, intervalMsOfKey, keyClass, -1);
                reporter.keystroke(at, intervalMsOfKey, keyClass);
                if (random.nextInt(200) == 0) {
                    int kind = random.nextInt(7);
                    int value = random.nextInt(2);
                    typed.signal(at, kind, value);
                    reporter.signal(at, kind, value);
                }
            }
            reporter.flush();
        }
    }
}
