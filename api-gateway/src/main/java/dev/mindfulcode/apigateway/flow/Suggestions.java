package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.database.Database;
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
 * Which suggestions somebody was given on which day, and so which of them rest. A day has {@link #A_DAY_MAX} places;
 * what has taken one keeps it until the day is over, so that whoever asks again, or a second gateway, gives the same.
 */
final class Suggestions {

    static final int A_DAY_MAX = 2;

    /** Longer than any suggestion rests. */
    private static final int REMEMBERED_DAYS = 60;

    private static final String SHOWN = """
            select suggestion, shown_on from gateway.shown_suggestions where user_id = :user and shown_on > :since order by shown_on, place""";
    private static final String SHOW = """
            insert into gateway.shown_suggestions (user_id, shown_on, place, suggestion)
            values (:user, :day, :place, :suggestion) on conflict do nothing""";
    private static final String FORGET =
            "delete from gateway.shown_suggestions where user_id = :user and shown_on <= :since";

    private final Database database;

    Suggestions(Database database) {
        this.database = database;
    }

    /**
     * The ids that are given today.
     *
     * @param candidates most telling first
     * @param today in the user's time zone
     */
    Mono<Set<String>> today(UUID userId, List<Recommendation> candidates, LocalDate today) {
        return shown(userId, today).flatMap(shown -> {
            List<Recommendation> chosen = choose(candidates, shown, today);
            int taken = shown.onDay().size();
            if (chosen.isEmpty()) {
                return Mono.just(Set.copyOf(shown.onDay()));
            }
            return Flux.range(0, chosen.size())
                    .concatMap(i -> database.sql(SHOW)
                            .bind("user", userId)
                            .bind("day", today)
                            .bind("place", taken + i)
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
                open, shown.lastMs(), ms(today), A_DAY_MAX - shown.onDay().size());
    }

    private Mono<Shown> shown(UUID userId, LocalDate today) {
        return database.sql(SHOWN)
                .bind("user", userId)
                .bind("since", today.minusDays(REMEMBERED_DAYS))
                .map(row -> Map.entry(row.get("suggestion", String.class), row.get("shown_on", LocalDate.class)))
                .all()
                .collectList()
                .map(rows -> {
                    Map<String, Long> lastMs = new HashMap<>();
                    List<String> onDay = new ArrayList<>();
                    rows.forEach(row -> {
                        lastMs.merge(row.getKey(), ms(row.getValue()), Math::max);
                        // Days come again where somebody moves west over the date line: what lies ahead counts as
                        // given.
                        if (!row.getValue().isBefore(today) && onDay.size() < A_DAY_MAX) {
                            onDay.add(row.getKey());
                        }
                    });
                    return new Shown(lastMs, onDay);
                });
    }

    private Mono<Void> forget(UUID userId, LocalDate today) {
        return database.sql(FORGET)
                .bind("user", userId)
                .bind("since", today.minusDays(REMEMBERED_DAYS))
                .then();
    }

    private static long ms(LocalDate day) {
        return day.toEpochDay() * Recommendation.DAY_MS;
    }

    private record Shown(Map<String, Long> lastMs, List<String> onDay) {}
}
