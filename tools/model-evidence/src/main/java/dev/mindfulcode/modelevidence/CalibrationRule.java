package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.Calibration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Temperature or isotonic, decided by people whom neither has seen: the people held out to stop training go round two
 * halves, each calibration is fitted on one half and judged on the other. Isotonic has many parameters where
 * temperature has two; it is taken only when it gains what protocol.properties asks for in Brier score, does not lose
 * in calibration error, and stands on enough instants.
 */
final class CalibrationRule {
    /** Which calibration a training uses; the tables have each of them beside what the rule takes. */
    enum Choice {
        BY_RULE,
        TEMPERATURE,
        ISOTONIC
    }

    private final Choice choice;
    private final double gainMin;
    private final int instantsMin;

    CalibrationRule(Choice choice) {
        this.choice = choice;
        Protocol protocol = new Protocol();
        gainMin = protocol.number("calibration.isotonic.brier.gain.min");
        instantsMin = protocol.whole("calibration.isotonic.instants.min");
    }

    boolean isIsotonic(double[] sums, List<Example> examples) {
        return switch (choice) {
            case TEMPERATURE -> false;
            case ISOTONIC -> true;
            case BY_RULE -> examples.size() >= instantsMin && gains(sums, examples);
        };
    }

    private boolean gains(double[] sums, List<Example> examples) {
        int[] halves = halves(examples);
        double[] byTemperature = new double[sums.length];
        double[] byIsotonic = new double[sums.length];
        for (int half = 0; half < 2; half++) {
            List<Example> fitting = new ArrayList<>();
            List<Double> fittingSums = new ArrayList<>();
            for (int i = 0; i < sums.length; i++) {
                if (halves[i] != half) {
                    fitting.add(examples.get(i));
                    fittingSums.add(sums[i]);
                }
            }
            if (fitting.isEmpty() || fitting.size() == sums.length) {
                return false;
            }
            double[] seen =
                    fittingSums.stream().mapToDouble(Double::doubleValue).toArray();
            LogitFit temperature = LogitFit.fit(seen, fitting);
            Calibration isotonic = IsotonicFit.fit(seen, fitting);
            for (int i = 0; i < sums.length; i++) {
                if (halves[i] == half) {
                    byTemperature[i] = temperature.chance(sums[i]);
                    byIsotonic[i] = isotonic.chance((float) sums[i]);
                }
            }
        }
        Scores temperature = Scores.of(examples, byTemperature);
        Scores isotonic = Scores.of(examples, byIsotonic);
        return temperature.brier() - isotonic.brier() >= gainMin
                && isotonic.calibrationError() <= temperature.calibrationError();
    }

    private static int[] halves(List<Example> examples) {
        Map<String, Integer> halfOfPerson = new LinkedHashMap<>();
        return examples.stream()
                .mapToInt(example -> halfOfPerson.computeIfAbsent(example.person(), _ -> halfOfPerson.size() % 2))
                .toArray();
    }
}
