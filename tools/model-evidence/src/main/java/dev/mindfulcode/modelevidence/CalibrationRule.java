package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.Calibration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The choice between temperature and isotonic calibration on people held out from fitting: the people held out to stop
 * training are split in two halves; each calibration is fitted on one half and scored on the other. Isotonic needs the
 * gain in Brier score of protocol.properties, no higher calibration error, and enough instants.
 */
final class CalibrationRule {
    /** The calibration of a training; the tables show each one in addition to the chosen one. */
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
