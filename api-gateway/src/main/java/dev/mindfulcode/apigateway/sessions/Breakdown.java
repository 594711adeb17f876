package dev.mindfulcode.apigateway.sessions;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A user's time by project, language or editor.
 *
 * @param parts the most active time first, at most {@link #PARTS_MAX}
 * @param others the sum of all further parts; null without any
 */
record Breakdown(
        String by,
        Instant from,
        Instant to,
        List<Part> parts,

        @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable Part others) {

    static final int PARTS_MAX = 100;

    enum By {
        PROJECT,
        LANGUAGE,
        EDITOR;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Editors write one language as Java and as java; projects may differ by case only. */
        private String key(String name) {
            return this == LANGUAGE ? name.toLowerCase(Locale.ROOT) : name;
        }
    }

    /** @param parts may repeat names, of which the first spelling counts */
    static Breakdown of(By by, Instant from, Instant to, List<Part> parts) {
        Map<@Nullable String, Part> byName = new HashMap<>();
        for (Part part : parts) {
            byName.merge(part.name == null ? null : by.key(part.name), part, Part::plus);
        }
        List<Part> sums = new ArrayList<>(byName.values());
        sums.sort(Comparator.comparingDouble(Part::activeSeconds)
                .reversed()
                .thenComparing(Part::name, Comparator.nullsLast(Comparator.naturalOrder())));
        Part others = sums.stream()
                .skip(PARTS_MAX)
                .reduce(Part::plus)
                .map(sum -> new Part(null, sum.activeSeconds, sum.flowSeconds, sum.keystrokes))
                .orElse(null);
        return new Breakdown(
                by.text(), from, to, List.copyOf(sums.subList(0, Math.min(PARTS_MAX, sums.size()))), others);
    }

    @Override
    public String toString() {
        return "Breakdown";
    }

    /** @param name null for time without one */
    record Part(
            @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable
            String name,

            double activeSeconds,
            double flowSeconds,
            long keystrokes) {

        private Part plus(Part other) {
            return new Part(
                    name,
                    activeSeconds + other.activeSeconds,
                    flowSeconds + other.flowSeconds,
                    keystrokes + other.keystrokes);
        }

        @Override
        public String toString() {
            return "Part";
        }
    }
}
