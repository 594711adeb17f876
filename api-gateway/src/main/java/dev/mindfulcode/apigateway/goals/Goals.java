package dev.mindfulcode.apigateway.goals;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mindfulcode.apigateway.accounts.Reauthentication;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.flow.FlowHistory;
import dev.mindfulcode.identity.accounts.AccountTable;
import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The users' weekly goals, in the table {@code gateway.goals}. No team and no event includes one. Thread-safe. */
final class Goals {

    /** All minutes of a week. */
    static final int WEEKLY_FLOW_MINUTES_MAX = 7 * 24 * 60;

    private final Database database;
    private final AccountTable accounts;
    private final FlowHistory history;

    Goals(Database database, FlowHistory history) {
        this.database = database;
        this.accounts = new AccountTable(database);
        this.history = history;
    }

    Mono<Goal> read(UUID userId) {
        return history.currentWeek(userId)
                .flatMap(week -> weeklyFlowMinutes(userId)
                        .map(goal -> new Goal(
                                goal.orElse(null),
                                new Week(week.timeZone(), week.first(), week.last(), week.flowMs() / 60_000))));
    }

    private Mono<Optional<Integer>> weeklyFlowMinutes(UUID userId) {
        return database.sql("SELECT weekly_flow_minutes FROM gateway.goals WHERE user_id = :user")
                .bind("user", userId)
                .map(row -> Optional.ofNullable(row.get("weekly_flow_minutes", Integer.class)))
                .one()
                .defaultIfEmpty(Optional.empty());
    }

    Mono<Void> set(UUID userId, int weeklyFlowMinutes) {
        return database.inTransaction(accounts.lockForChange(userId)
                .switchIfEmpty(Mono.error(Reauthentication::erased))
                .then(database.sql("""
                        INSERT INTO gateway.goals (user_id, weekly_flow_minutes) VALUES (:user, :minutes)
                        ON CONFLICT (user_id) DO UPDATE SET weekly_flow_minutes = EXCLUDED.weekly_flow_minutes""")
                        .bind("user", userId)
                        .bind("minutes", weeklyFlowMinutes)
                        .then()));
    }

    Mono<Void> remove(UUID userId) {
        return database.sql("DELETE FROM gateway.goals WHERE user_id = :user")
                .bind("user", userId)
                .then();
    }

    /** @param weeklyFlowMinutes null without a goal */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Goal(@Nullable Integer weeklyFlowMinutes, Week week) {}

    /**
     * The current week of the user's time zone.
     *
     * @param from Monday
     * @param to Sunday
     */
    record Week(String timeZone, LocalDate from, LocalDate to, long flowMinutes) {}
}
