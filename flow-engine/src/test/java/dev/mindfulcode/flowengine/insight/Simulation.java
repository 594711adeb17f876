package dev.mindfulcode.flowengine.insight;

import java.util.Locale;
import java.util.Random;
import java.util.function.Predicate;

/**
 * A share of simulated people, with exact bounds (Clopper and Pearson, Biometrika 26, 1934).
 *
 * @param hits number of people for whom something was reported
 */
record Simulation(String of, int hits, int people) {

    /** Runs one simulation a person, each with a fixed seed. */
    static Simulation run(String of, int people, Predicate<Random> isReported) {
        int hits = 0;
        for (int person = 0; person < people; person++) {
            hits += isReported.test(new Random(0x5DEECE66DL * (person + 1))) ? 1 : 0;
        }
        Simulation simulation = new Simulation(of, hits, people);
        System.out.println(simulation);
        return simulation;
    }

    /** Returns the highest share under which so few hits have a probability of 5 %. */
    double atMost() {
        return hits == people ? 1 : shareOf(hits, 0.05);
    }

    /** Returns the lowest share under which so many hits have a probability of 5 %. */
    double atLeast() {
        return hits == 0 ? 0 : shareOf(hits - 1, 0.95);
    }

    /** Returns the share under which this many hits or fewer have a probability. */
    private double shareOf(int most, double probability) {
        double low = 0;
        double high = 1;
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (atMostHits(middle, most) > probability) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    double share() {
        return (double) hits / people;
    }

    private double atMostHits(double share, int most) {
        double sum = 0;
        double logTerm = people * Math.log1p(-share);
        for (int i = 0; i <= most; i++) {
            sum += Math.exp(logTerm);
            logTerm += Math.log((people - i) / (i + 1.0)) + Math.log(share / (1 - share));
        }
        return sum;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: %d of %d people = %.1f %%, at most %.1f %%",
                of,
                hits,
                people,
                100 * share(),
                100 * atMost());
    }
}
