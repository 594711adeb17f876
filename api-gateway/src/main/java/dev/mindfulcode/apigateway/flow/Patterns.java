package dev.mindfulcode.apigateway.flow;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mindfulcode.flowengine.insight.FlowEndings;
import dev.mindfulcode.flowengine.insight.Languages;
import dev.mindfulcode.flowengine.insight.Onset;
import dev.mindfulcode.flowengine.insight.OwnCalibration;
import dev.mindfulcode.flowengine.insight.PeakHours;
import dev.mindfulcode.flowengine.insight.Resumption;
import dev.mindfulcode.flowengine.insight.Survival;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Recurring patterns of a user's flow. Each part has a minimum of data; below it the part is empty and {@code missing}
 * lists what it needs.
 *
 * @param from the first day, in the user's time zone
 * @param to the last day, inclusive
 */
public record Patterns(
        String timeZone,
        LocalDate from,
        LocalDate to,
        PeakHoursPart peakHours,
        SessionLength sessionLength,
        LanguagePart languages,
        Triggers triggers,
        Tolerance interruptionTolerance,
        CalibrationPart calibration) {

    /** Durations at which the survival curve is reported. */
    private static final int[] LASTING_MINUTES = {5, 10, 15, 30, 45, 60, 90, 120};

    /** @param meanIntensity mean over all hours; null until an hour has two observations */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record PeakHoursPart(@Nullable Double meanIntensity, List<PeakHour> hours, List<InsufficientData> missing) {

        static PeakHoursPart of(PeakHours peaks) {
            return new PeakHoursPart(
                    peaks.observationsMissing() == PeakHours.OBSERVATIONS_MIN
                            ? null
                            : EstimateView.rounded(peaks.mean()),
                    peaks.hours().stream()
                            .map(hour -> new PeakHour(hour.hour(), EstimateView.of(hour.intensity()), hour.peak()))
                            .toList(),
                    InsufficientData.peakHours(peaks.observationsMissing()));
        }
    }

    /** @param peak whether it is above the mean of the other hours by more than chance explains */
    public record PeakHour(int hour, EstimateView intensity, boolean peak) {}

    /**
     * The duration of flow.
     *
     * @param flowPeriodMs median duration
     * @param threeQuartersMs 75 % quantile
     * @param lasting share that lasts longer than each of some durations, up to the longest period observed
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record SessionLength(
            @Nullable EstimateView flowPeriodMs,
            @Nullable EstimateView threeQuartersMs,
            List<Lasting> lasting,
            List<InsufficientData> missing) {

        static SessionLength of(Survival lengths) {
            List<InsufficientData> missing = InsufficientData.of(
                    "Length of flow",
                    "session_length",
                    lengths.endsMissing(),
                    "flow periods",
                    "flow period",
                    " that broke off before the session ended " + (lengths.endsMissing() == 1 ? "is" : "are")
                            + " needed");
            if (!missing.isEmpty()) {
                return new SessionLength(null, null, List.of(), missing);
            }
            List<Lasting> lasting = new ArrayList<>();
            for (int minutes : LASTING_MINUTES) {
                long ms = TimeUnit.MINUTES.toMillis(minutes);
                if (ms <= lengths.longestMs()) {
                    lasting.add(new Lasting(ms, EstimateView.rounded(lengths.shareLongerThan(ms))));
                }
            }
            return new SessionLength(
                    EstimateView.of(lengths.quantileMs(0.5)),
                    EstimateView.of(lengths.quantileMs(0.75)),
                    List.copyOf(lasting),
                    List.of());
        }
    }

    public record Lasting(long longerThanMs, double share) {}

    /**
     * @param meanFlowShare precision-weighted mean of the languages' shares; null until a language has two sessions
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record LanguagePart(
            @Nullable Double meanFlowShare, List<Language> languages, List<InsufficientData> missing) {

        /** Maximum number of languages, those with the most sessions. */
        private static final int LANGUAGES_MAX = 20;

        static LanguagePart of(Languages languages) {
            return new LanguagePart(
                    languages.sessionsMissing() == Languages.SESSIONS_MIN
                            ? null
                            : EstimateView.rounded(languages.mean()),
                    languages.languages().stream()
                            .limit(LANGUAGES_MAX)
                            .map(language -> new Language(
                                    language.name(), EstimateView.of(language.flowShare()), language.above()))
                            .toList(),
                    InsufficientData.sessions(
                            "Languages",
                            "languages",
                            languages.sessionsMissing(),
                            " with a language and five active minutes"));
        }
    }

    /** @param aboveMean whether it is above the mean of the others by more than chance explains */
    public record Language(String language, EstimateView flowShare, boolean aboveMean) {}

    /**
     * The beginnings of flow, and the causes of its end.
     *
     * @param began how flow periods began
     * @param firstFlowAfterMs median time from a session's first keystroke to its first flow
     * @param ended causes of the end
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Triggers(
            List<Began> began,
            @Nullable EstimateView firstFlowAfterMs,
            List<Ended> ended,
            List<InsufficientData> missing) {

        static Triggers of(Onset onset, FlowEndings endings) {
            List<InsufficientData> missing =
                    new ArrayList<>(InsufficientData.periods("How flow begins", "began", onset.startsMissing()));
            missing.addAll(InsufficientData.sessions(
                    "Time to the first flow", "first_flow_after_ms", onset.firstsMissing(), " with a flow period"));
            missing.addAll(InsufficientData.periods("What ends flow", "ended", endings.periodsMissing()));
            return new Triggers(
                    onset.ways().stream()
                            .map(way -> new Began(word(way.way()), way.count(), EstimateView.of(way.share())))
                            .toList(),
                    EstimateView.orNull(onset.firstFlowAfterMs()),
                    endings.endings().stream()
                            .map(ending ->
                                    new Ended(word(ending.by()), ending.count(), EstimateView.of(ending.share())))
                            .toList(),
                    List.copyOf(missing));
        }
    }

    /** @param how with_the_session, later_in_the_session or after_an_interruption */
    public record Began(String how, int count, EstimateView share) {}

    /** @param by as in {@code ended_by} of a flow period */
    public record Ended(String by, int count, EstimateView share) {}

    /** @param resumptionLagMs median time until flow returned in the same session */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Tolerance(@Nullable EstimateView resumptionLagMs, List<InsufficientData> missing) {

        static Tolerance of(Resumption resumption) {
            return new Tolerance(
                    EstimateView.orNull(resumption.lagMs()),
                    InsufficientData.interruptions(
                            "Time until flow is back",
                            "resumption_lag_ms",
                            resumption.lagsMissing(),
                            " after which flow came back"));
        }
    }

    /**
     * Calibration of readings by the person's own outcomes: the share after which work continued, by level.
     *
     * @param levels fifths of the person's minutes, from low to high intensity
     */
    public record CalibrationPart(List<LevelView> levels, List<InsufficientData> missing) {

        static CalibrationPart of(OwnCalibration calibration) {
            return new CalibrationPart(
                    calibration.levels().stream().map(LevelView::of).toList(),
                    InsufficientData.days(
                            "What readings mean",
                            "calibration",
                            calibration.daysMissing(),
                            " with readings of each level by the model in use"));
        }
    }

    /**
     * A level of intensity.
     *
     * @param continued share of its minutes after which fifteen minutes had no gap of five, the mean over days
     */
    public record LevelView(
            double fromIntensity, double toIntensity, double meanIntensity, int minutes, EstimateView continued) {

        static LevelView of(OwnCalibration.Level level) {
            return new LevelView(
                    EstimateView.rounded(level.lowest()),
                    EstimateView.rounded(level.highest()),
                    EstimateView.rounded(level.meanIntensity()),
                    level.minutes(),
                    EstimateView.of(level.continued()));
        }
    }

    static String word(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT);
    }
}
