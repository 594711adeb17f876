package dev.mindfulcode.flowengine.insight;

import dev.mindfulcode.flowengine.Interruption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * A year of a simulated person. Without an effect nothing that an insight says is true of them: hours and languages are
 * alike, two causes are equally frequent, and weeks only fluctuate. Days and weeks resemble their neighbours, and some
 * weeks have no activity.
 */
final class SimulatedLife {

    static final int WEEKS = 52;
    static final long FIRST_MONDAY = 20_003 - Math.floorMod(20_003 + 3, 7);

    /** The last day, a Sunday. */
    static final long TODAY = FIRST_MONDAY + 7 * WEEKS - 1;

    private static final int QUARTER_DAYS = 90;
    private static final long HOUR_MS = 3_600_000;
    private static final double DAY_CORRELATION = 0.4;
    private static final double WEEK_CORRELATION = 0.5;
    private static final double HOUR_CORRELATION = 0.5;

    /** Something that is true of a person. The name is the id of its insight. */
    enum Effect {
        NONE,
        PEAK_HOUR,
        LANGUAGE,
        USUAL_ENDING,
        OUTSIDE_USUAL_HOURS,
        WEEKEND_SHARE,
        LONG_STRETCHES,
        FALLING_FLOW,
        RISING_FLOW,
        RISING_ERRORS,
        RISING_FRAGMENTATION;

        static Effect of(String id) {
            return valueOf(id.toUpperCase(Locale.ROOT).replace('-', '_'));
        }

        String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final Random random;
    private final Effect effect;

    SimulatedLife(Random random, Effect effect) {
        this.random = random;
        this.effect = effect;
    }

    Insights.History history() {
        return new Insights.History(
                PeakHours.of(hours()),
                Survival.of(lengths()),
                FlowEndings.of(endings()),
                new Resumption(null, Survival.ENDS_MIN),
                Languages.of(sessions()),
                StrainIndicator.of(days(), TODAY, 0));
    }

    /** Values around 0 with deviation 1 that resemble their predecessors. */
    private final class Wave {

        private final double correlation;
        private double value = random.nextGaussian();

        Wave(double correlation) {
            this.correlation = correlation;
        }

        double next() {
            value = correlation * value + Math.sqrt(1 - correlation * correlation) * random.nextGaussian();
            return value;
        }
    }

    /** A yes or no that is sometimes repeated. */
    private final class Habit {

        private final double share;
        private final double repeated;
        private boolean value;

        Habit(double share, double repeated) {
            this.share = share;
            this.repeated = repeated;
            this.value = random.nextDouble() < share;
        }

        boolean next() {
            value = random.nextDouble() < repeated ? value : random.nextDouble() < share;
            return value;
        }
    }

    private List<PeakHours.Observation> hours() {
        List<PeakHours.Observation> hours = new ArrayList<>();
        Wave days = new Wave(DAY_CORRELATION);
        Habit evenings = new Habit(0.3, 0.6);
        for (int day = 0; day < QUARTER_DAYS; day++) {
            double ofDay = days.next();
            boolean isEvening = evenings.next();
            Wave within = new Wave(HOUR_CORRELATION);
            for (int hour = 9; hour < 23; hour++) {
                double intensity = 0.45 + 0.06 * ofDay + 0.1 * within.next();
                boolean isActive = hour < 18 ? random.nextDouble() < 0.7 : isEvening && hour >= 20;
                if (day % 7 < 5 && isActive) {
                    intensity += effect == Effect.PEAK_HOUR && hour == 10 ? 0.12 : 0;
                    hours.add(new PeakHours.Observation(hour, Math.clamp(intensity, 0, 1)));
                }
            }
        }
        return hours;
    }

    private List<Languages.Observation> sessions() {
        String[] names = {"java", "python", "sql", "typescript"};
        List<Languages.Observation> sessions = new ArrayList<>();
        Wave wave = new Wave(DAY_CORRELATION);
        String language = names[0];
        for (int session = 0; session < 120; session++) {
            language = random.nextDouble() < 0.7 ? language : names[random.nextInt(names.length)];
            double share = 0.35 + 0.15 * wave.next();
            share += effect == Effect.LANGUAGE && language.equals("sql") ? 0.2 : 0;
            sessions.add(new Languages.Observation(language, Math.clamp(share, 0, 1)));
        }
        return sessions;
    }

    /** Two causes end half of the periods each, at the border of most. */
    private List<Interruption> endings() {
        List<Interruption> endings = new ArrayList<>();
        Habit commonest = new Habit(effect == Effect.USUAL_ENDING ? 0.7 : 0.5, 0.3);
        for (int period = 0; period < 200; period++) {
            endings.add(commonest.next() ? Interruption.IDLE : Interruption.CONTEXT_SWITCH);
        }
        return endings;
    }

    private List<Survival.Observation> lengths() {
        List<Survival.Observation> lengths = new ArrayList<>();
        for (int period = 0; period < 200; period++) {
            lengths.add(new Survival.Observation((long) (HOUR_MS / 3 * -Math.log(1 - random.nextDouble())), true));
        }
        return lengths;
    }

    private List<StrainIndicator.Day> days() {
        List<StrainIndicator.Day> days = new ArrayList<>();
        Wave flow = new Wave(WEEK_CORRELATION);
        Wave errors = new Wave(WEEK_CORRELATION);
        Wave switches = new Wave(WEEK_CORRELATION);
        Wave starts = new Wave(DAY_CORRELATION);
        Habit holidays = new Habit(0.08, 0.3);
        Habit weekends = new Habit(0.3, 0.4);
        Habit evenings = new Habit(0.2, 0.4);
        Habit longStretches = new Habit(effect == Effect.LONG_STRETCHES ? 0.97 : 0.5, 0.3);
        for (int week = 0; week < WEEKS; week++) {
            double rise = 4.5 * ((double) week / WEEKS - 0.5);
            double flowShare =
                    0.35 + 0.06 * (flow.next() + (isEffect(Effect.RISING_FLOW) - isEffect(Effect.FALLING_FLOW)) * rise);
            double errorRate = 0.06 + 0.01 * (errors.next() + isEffect(Effect.RISING_ERRORS) * rise);
            double switchRate = 12 + 3 * (switches.next() + isEffect(Effect.RISING_FRAGMENTATION) * rise);
            boolean isHoliday = holidays.next();
            boolean isWeekend = weekends.next() || effect == Effect.WEEKEND_SHARE && week >= WEEKS - 8;
            double weekendHours = 3 * random.nextDouble() + (effect == Effect.WEEKEND_SHARE ? 2 : 0);
            for (int day = 0; day < 7; day++) {
                double start = starts.next();
                boolean isEvening =
                        evenings.next() || effect == Effect.OUTSIDE_USUAL_HOURS && week >= WEEKS - 2 && day < 5;
                boolean isLong = longStretches.next();
                if (isHoliday || day == 6 || day == 5 && !isWeekend) {
                    continue;
                }
                long[] active = new long[24];
                int from = (int) Math.round(9 + start);
                for (int hour = from; hour < from + (day == 5 ? weekendHours : 8); hour++) {
                    active[Math.clamp(hour, 0, 23)] += (long) (HOUR_MS * (0.5 + 0.4 * random.nextDouble()));
                }
                active[21] += isEvening ? HOUR_MS : 0;
                active[22] += isEvening && effect == Effect.OUTSIDE_USUAL_HOURS ? HOUR_MS : 0;
                double hours = Arrays.stream(active).sum() / (double) HOUR_MS;
                if (hours > 0) {
                    long keystrokes = (long) (2_000 * hours);
                    days.add(new StrainIndicator.Day(
                            FIRST_MONDAY + 7L * week + day,
                            active,
                            (long) (hours * HOUR_MS * Math.clamp(flowShare + 0.1 * random.nextGaussian(), 0, 1)),
                            keystrokes,
                            (long) (keystrokes * Math.max(0, errorRate + 0.015 * random.nextGaussian())),
                            (long) (hours * Math.max(0, switchRate + 4 * random.nextGaussian())),
                            isLong ? 3 * HOUR_MS : HOUR_MS));
                }
            }
        }
        return days;
    }

    private int isEffect(Effect of) {
        return effect == of ? 1 : 0;
    }
}
