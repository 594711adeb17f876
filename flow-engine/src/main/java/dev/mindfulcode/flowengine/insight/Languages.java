package dev.mindfulcode.flowengine.insight;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * The share of active time in flow by language. One observation is one session; languages are shrunk toward the
 * person's mean ({@link GroupMeans}). A difference may be due to the work done in a language.
 *
 * @param mean precision-weighted mean of the languages' flow shares, 0 to 1; 0 without sessions
 * @param languages by number of sessions, descending; empty while {@code sessionsMissing} is above 0
 * @param sessionsMissing number of further sessions needed in a language that has one already
 */
public record Languages(double mean, List<Language> languages, int sessionsMissing) {

    /** Minimum sessions, without the first of each language ({@link GroupMeans#repeats}). A convention. */
    public static final int SESSIONS_MIN = 10;

    /**
     * One session.
     *
     * @param flowShare of its active time, 0 to 1
     */
    public record Observation(String language, double flowShare) {
        public Observation {
            if (!(flowShare >= 0 && flowShare <= 1)) {
                throw new IllegalArgumentException("flowShare is " + flowShare + "; must be between 0 and 1");
            }
        }
    }

    /**
     * The flow share of one language.
     *
     * @param flowShare shrunk mean with its interval, 0 to 1
     * @param aboveP one-sided probability of any language as far above the others by chance
     */
    public record Language(String name, Estimate flowShare, double aboveP) {

        /** Whether it is above the mean of the others, all languages being compared at once. */
        public boolean above() {
            return Significance.holds(aboveP);
        }
    }

    /** @param sessions in order of time, the latest first or last */
    public static Languages of(List<Observation> sessions) {
        List<String> names =
                sessions.stream().map(Observation::language).distinct().sorted().toList();
        int[] count = new int[names.size()];
        double[] sum = new double[names.size()];
        for (Observation session : sessions) {
            int group = Collections.binarySearch(names, session.language());
            count[group]++;
            sum[group] += session.flowShare();
        }
        int missing = SESSIONS_MIN - GroupMeans.repeats(count);
        if (missing > 0) {
            double mean = sessions.stream()
                    .mapToDouble(Observation::flowShare)
                    .average()
                    .orElse(0);
            return new Languages(mean, List.of(), missing);
        }
        GroupMeans means = new GroupMeans(
                count,
                sum,
                sessions.stream()
                        .mapToInt(session -> Collections.binarySearch(names, session.language()))
                        .toArray(),
                sessions.stream().mapToDouble(Observation::flowShare).toArray());
        List<Language> languages = new ArrayList<>();
        for (int group = 0; group < count.length; group++) {
            languages.add(new Language(names.get(group), means.estimate(group), means.aboveP(group)));
        }
        languages.sort(Comparator.comparingInt(
                        (Language language) -> language.flowShare().samples())
                .reversed());
        return new Languages(means.mean(), List.copyOf(languages), 0);
    }
}
