package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.database.Replica;
import dev.mindfulcode.flowengine.Recommendation;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.dao.DataIntegrityViolationException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The suggestions given to each user per day, in {@link #PER_DAY_MAX} places, so that all requests of a day to any
 * gateway return the same, and recent suggestions pause.
 */
final class Suggestions {

    static final int PER_DAY_MAX = 2;

    /** Longer than the pause of any suggestion. */
    private static final int RETENTION_DAYS = 60;

    private static final String SHOWN = """
            SELECT suggestion, shown_on FROM gateway.shown_suggestions WHERE user_id = :user AND shown_on > :since
            ORDER BY shown_on, place""";
    private static final String SHOW = """
            INSERT INTO gateway.shown_suggestions (user_id, shown_on, place, suggestion)
            VALUES (:user, :day, :place, :suggestion) ON CONFLICT DO NOTHING""";
    private static final String FORGET =
            "DELETE FROM gateway.shown_suggestions WHERE user_id = :user AND shown_on <= :since";

    private final Database database;

    Suggestions(Database database) {
        this.database = database;
    }

    /**
     * Emits the ids of today's suggestions.
     *
     * @param candidates most significant first
     * @param today in the user's time zone
     */
    Mono<Set<String>> today(UUID userId, List<Recommendation> candidates, LocalDate today) {
        return choose(userId, candidates, today).contextWrite(Replica::refuse);
    }

    private Mono<Set<String>> choose(UUID userId, List<Recommendation> candidates, LocalDate today) {
        return shown(userId, today).flatMap(shown -> {
            List<Recommendation> chosen = choose(candidates, shown, today);
            int used = shown.onDay().size();
            if (chosen.isEmpty()) {
                return Mono.just(Set.copyOf(shown.onDay()));
            }
            return Flux.range(0, chosen.size())
                    .concatMap(i -> database.sql(SHOW)
                            .bind("user", userId)
                            .bind("day", today)
                            .bind("place", used + i)
                            .bind("suggestion", chosen.get(i).id())
                            .fetch()
                            .rowsUpdated()
                            // The account was deleted meanwhile.
                            .onErrorResume(DataIntegrityViolationException.class, e -> Mono.empty()))
                    .then(forget(userId, today))
                    .then(Mono.defer(() -> shown(userId, today)))
                    .map(after -> Set.copyOf(after.onDay()));
        });
    }

    private static List<Recommendation> choose(List<Recommendation> candidates, Shown shown, LocalDate today) {
        List<Recommendation> open = candidates.stream()
                .filter(candidate -> !shown.onDay().contains(candidate.id()))
                .toList();
        return Recommendation.choose(
                open, shown.lastMs(), ms(today), PER_DAY_MAX - shown.onDay().size());
    }

    private Mono<Shown> shown(UUID userId, LocalDate today) {
        return database.sql(SHOWN)
                .bind("user", userId)
                .bind("since", today.minusDays(RETENTION_DAYS))
                .map(row -> Map.entry(row.get("suggestion", String.class), row.get("shown_on", LocalDate.class)))
                .all()
                .collectList()
                .map(rows -> {
                    Map<String, Long> lastMs = new HashMap<>();
                    List<String> onDay = new ArrayList<>();
                    rows.forEach(row -> {
                        lastMs.merge(row.getKey(), ms(row.getValue()), Math::max);
                        // A user who crosses the date line westward repeats a day: later days count as given.
                        if (!row.getValue().isBefore(today) && onDay.size() < PER_DAY_MAX) {
                            onDay.add(row.getKey());
                        }
                    });
                    return new Shown(lastMs, onDay);
                });
    }

    private Mono<Void> forget(UUID userId, LocalDate today) {
        return database.sql(FORGET)
                .bind("user", userId)
                .bind("since", today.minusDays(RETENTION_DAYS))
                .then();
    }

    private static long ms(LocalDate day) {
        return day.toEpochDay() * Recommendation.DAY_MS;
    }

    private record Shown(Map<String, Long> lastMs, List<String> onDay) {}
}
