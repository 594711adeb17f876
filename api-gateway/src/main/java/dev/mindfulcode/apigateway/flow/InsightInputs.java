package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.flow.HistoryQueries.Day;
import dev.mindfulcode.apigateway.flow.HistoryQueries.Hour;
import dev.mindfulcode.apigateway.flow.HistoryQueries.LanguageTyping;
import dev.mindfulcode.apigateway.flow.HistoryQueries.Period;
import dev.mindfulcode.apigateway.flow.HistoryQueries.SessionSummary;
import dev.mindfulcode.apigateway.flow.HistoryQueries.Sums;
import dev.mindfulcode.apigateway.http.NormalForm;
import dev.mindfulcode.flowengine.Interruption;
import dev.mindfulcode.flowengine.insight.FlowEndings;
import dev.mindfulcode.flowengine.insight.Languages;
import dev.mindfulcode.flowengine.insight.Onset;
import dev.mindfulcode.flowengine.insight.PeakHours;
import dev.mindfulcode.flowengine.insight.Resumption;
import dev.mindfulcode.flowengine.insight.StrainIndicator;
import dev.mindfulcode.flowengine.insight.Survival;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** Conversions from rows of the read model to the inputs of the engine's statistics. */
final class InsightInputs {

    /** Minimum active time of an hour or a session that counts as an observation. A convention. */
    static final long ACTIVE_MS_MIN = 5 * 60_000;

    private InsightInputs() {}

    static PeakHours peakHours(List<Hour> hours) {
        return PeakHours.of(hours.stream()
                .filter(hour -> hour.sums().activeMs() >= ACTIVE_MS_MIN)
                .map(hour -> new PeakHours.Observation(hour.hour(), hour.sums().meanIntensity()))
                .toList());
    }

    /** Returns the lengths of flow; a period that its session ended is censored. */
    static Survival lengths(List<Period> periods) {
        return Survival.of(periods.stream()
                .map(period -> new Survival.Observation(
                        period.lengthMs(),
                        period.endedBy() != Interruption.SESSION_ENDED && period.endedBy() != Interruption.UNKNOWN))
                .toList());
    }

    static FlowEndings endings(List<Period> periods) {
        return FlowEndings.of(periods.stream().map(Period::endedBy).toList());
    }

    static Onset onset(List<Period> periods, List<SessionSummary> sessions) {
        Set<UUID> seen = new HashSet<>();
        List<Onset.Start> starts = new ArrayList<>();
        for (Period period : periods) {
            Instant from = period.sessionFrom();
            long sinceMs = from == null ? 0 : Math.max(0, ms(from, period.startedAt()));
            starts.add(new Onset.Start(sinceMs, seen.add(period.sessionId())));
        }
        List<Survival.Observation> firsts = new ArrayList<>();
        for (SessionSummary session : sessions) {
            Instant from = session.from();
            Instant to = session.to();
            if (from != null && to != null && session.activeMs() > 0) {
                Instant flow = session.firstFlowAt();
                firsts.add(new Survival.Observation(Math.max(0, ms(from, flow == null ? to : flow)), flow != null));
            }
        }
        return Onset.of(starts, firsts);
    }

    static Resumption resumption(List<Period> periods) {
        Map<UUID, Integer> numbers = new HashMap<>();
        Map<UUID, Long> endsMs = new HashMap<>();
        for (Period period : periods) {
            Instant to = period.sessionTo();
            long endMs = period.endedAt().toEpochMilli();
            endsMs.merge(period.sessionId(), to == null ? endMs : Math.max(endMs, to.toEpochMilli()), Math::max);
            numbers.putIfAbsent(period.sessionId(), numbers.size());
        }
        return Resumption.of(periods.stream()
                .map(period -> new Resumption.Period(
                        period.startedAt().toEpochMilli(),
                        period.endedAt().toEpochMilli(),
                        endsMs.getOrDefault(period.sessionId(), period.endedAt().toEpochMilli()),
                        numbers.getOrDefault(period.sessionId(), 0),
                        period.endedBy()))
                .toList());
    }

    /**
     * Groups typing by language, ignoring case; a name has the spelling of its latest session.
     *
     * @param typing latest session first
     */
    static Languages languages(List<LanguageTyping> typing) {
        Map<String, String> spellings = new HashMap<>();
        Map<SessionLanguage, LanguageTyping> sums = new LinkedHashMap<>();
        for (LanguageTyping one : typing) {
            String folded = NormalForm.folded(one.language());
            spellings.putIfAbsent(folded, one.language().strip());
            sums.merge(new SessionLanguage(one.sessionId(), folded), one, LanguageTyping::plus);
        }
        List<Languages.Observation> observations = new ArrayList<>();
        sums.forEach((key, sum) -> {
            if (sum.activeMs() >= ACTIVE_MS_MIN) {
                double share = Math.clamp((double) sum.flowMs() / sum.activeMs(), 0, 1);
                observations.add(
                        new Languages.Observation(spellings.getOrDefault(key.folded(), sum.language()), share));
            }
        });
        return Languages.of(observations);
    }

    private record SessionLanguage(UUID sessionId, String folded) {}

    /**
     * Returns the indicators: those on hours from the weeks with known hours, the others from all days.
     */
    static List<StrainIndicator> strain(
            List<Hour> hours,
            Map<LocalDate, Long> longestStretchesMs,
            List<Day> days,
            LocalDate today,
            LocalDate modelChangedOn) {
        TreeMap<LocalDate, long[]> activeMs = new TreeMap<>();
        hours.forEach(hour -> activeMs.computeIfAbsent(hour.day(), _ -> new long[24])[hour.hour()] +=
                hour.sums().activeMs());
        List<StrainIndicator.Day> withHours = new ArrayList<>();
        activeMs.forEach((day, byHour) ->
                withHours.add(strainDay(day, byHour, Sums.NONE, longestStretchesMs.getOrDefault(day, 0L))));
        List<StrainIndicator.Day> withSums = new ArrayList<>();
        days.forEach(day -> {
            long[] atNoHour = new long[24];
            atNoHour[0] = day.sums().activeMs();
            withSums.add(strainDay(day.day(), atNoHour, day.sums(), 0));
        });
        List<StrainIndicator> onHours = StrainIndicator.of(withHours, today.toEpochDay(), modelChangedOn.toEpochDay());
        List<StrainIndicator> onSums = StrainIndicator.of(withSums, today.toEpochDay(), modelChangedOn.toEpochDay());
        List<StrainIndicator> all = new ArrayList<>();
        for (int i = 0; i < onHours.size(); i++) {
            all.add(
                    switch (onHours.get(i).kind()) {
                        case OUTSIDE_USUAL_HOURS, LONG_STRETCHES -> onHours.get(i);
                        case WEEKEND_SHARE, FALLING_FLOW, RISING_ERRORS, RISING_FRAGMENTATION -> onSums.get(i);
                    });
        }
        return all;
    }

    private static StrainIndicator.Day strainDay(LocalDate day, long[] activeMsByHour, Sums sums, long longestMs) {
        return new StrainIndicator.Day(
                day.toEpochDay(),
                activeMsByHour,
                sums.flowMs(),
                sums.keystrokes(),
                sums.errors(),
                sums.contextSwitches(),
                longestMs);
    }

    private static long ms(Instant from, Instant to) {
        return Duration.between(from, to).toMillis();
    }
}
