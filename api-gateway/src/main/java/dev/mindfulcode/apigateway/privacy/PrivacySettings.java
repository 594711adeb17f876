package dev.mindfulcode.apigateway.privacy;

import dev.mindfulcode.apigateway.collection.CollectionSettings;
import dev.mindfulcode.apigateway.collection.CollectionSettingsTable;
import dev.mindfulcode.apigateway.collection.SettingsChange;
import dev.mindfulcode.apigateway.collection.SettingsChange.Actor;
import dev.mindfulcode.apigateway.collection.SettingsHistory;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.Outbox;
import dev.mindfulcode.apigateway.sessions.SessionExclusions;
import dev.mindfulcode.apigateway.teams.Teams;
import dev.mindfulcode.identity.accounts.AccountTable;
import dev.mindfulcode.identity.teams.Team;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.CollectionLevel;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Reads and changes what users let the product collect. A change of the level is also an account event, which the
 * stream applies. Consent to teams is a fact of the membership, which this reads and changes.
 */
final class PrivacySettings {

    private final Database database;
    private final CollectionSettingsTable table;
    private final SettingsHistory history;
    private final SessionExclusions sessions;
    private final Teams teams;
    private final AccountTable accounts;
    private final EventPublisher publisher;
    private final Outbox outbox;
    private final Clock clock;

    PrivacySettings(
            Database database,
            CollectionSettingsTable table,
            SettingsHistory history,
            SessionExclusions sessions,
            Teams teams,
            EventPublisher publisher,
            Outbox outbox,
            Clock clock) {
        this.database = database;
        this.table = table;
        this.history = history;
        this.sessions = sessions;
        this.teams = teams;
        this.accounts = new AccountTable(database);
        this.publisher = publisher;
        this.outbox = outbox;
        this.clock = clock;
    }

    Mono<View> read(UUID userId) {
        return Mono.zip(table.find(userId), teams.ofUser(userId), purgeDueAt(userId))
                .map(found ->
                        View.of(found.getT1(), found.getT2(), found.getT3().orElse(null)));
    }

    /** Emits when the user is purged for inactivity, as {@link RetentionJob} has stored it; empty without a notice. */
    private Mono<Optional<Instant>> purgeDueAt(UUID userId) {
        return database.sql("SELECT purge_due_at FROM gateway.user_activity WHERE user_id = :user")
                .bind("user", userId)
                .map(row -> Optional.ofNullable(row.get("purge_due_at", Instant.class)))
                .one()
                .defaultIfEmpty(Optional.empty());
    }

    /** Applies an update in one transaction and emits the settings, once ingest accepts nothing against them. */
    Mono<View> change(UUID userId, SettingsUpdate update) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Mono<Boolean> changes = teams.setConsents(userId, new TreeMap<>(update.consents()))
                .then(Mono.defer(() -> accounts.lockForChange(userId)))
                .switchIfEmpty(Mono.error(() -> ProblemType.UNAUTHENTICATED.withDetail("The account is gone.")))
                .then(Mono.defer(() -> table.find(userId)))
                .flatMap(before -> save(userId, before, update.applyTo(before), now));
        return requireMember(userId, update.consents().keySet())
                .then(database.inTransaction(changes))
                .doOnNext(stricter -> outbox.wakeRelay())
                .flatMap(stricter -> stricter ? Mono.delay(CollectionLevel.IN_FORCE_WITHIN) : Mono.just(0L))
                .then(Mono.defer(() -> read(userId)));
    }

    /** Emits whether ingest accepted something before that it must not accept now. */
    private Mono<Boolean> save(UUID userId, CollectionSettings before, CollectionSettings after, Instant now) {
        return after.equals(before)
                ? Mono.just(false)
                : table.save(userId, after)
                        .then(Mono.defer(
                                () -> history.add(userId, SettingsChange.between(before, after, Actor.USER), now)))
                        .then(Mono.defer(() ->
                                after.level() == before.level() ? Mono.empty() : publish(userId, after.level(), now)))
                        .then(Mono.defer(() -> after.exclusions().equals(before.exclusions())
                                ? Mono.just(false)
                                : sessions.apply(userId, after.exclusions())))
                        .map(excludesMore -> excludesMore || after.level().compareTo(before.level()) > 0);
    }

    private Mono<Void> publish(UUID userId, CollectionLevel level, Instant now) {
        AccountEvent event = AccountEvent.newBuilder()
                .setKind(AccountEventKind.COLLECTION_CHANGED)
                .setAt(now)
                .setCollectionLevel(level.text())
                .build();
        return publisher
                .seal(Topics.ACCOUNTS, userId, event)
                .flatMap(value -> outbox.add(Topics.ACCOUNTS.name(), userId, value));
    }

    private Mono<Void> requireMember(UUID userId, Collection<UUID> teamIds) {
        return teamIds.isEmpty()
                ? Mono.empty()
                : teams.ofUser(userId)
                        .map(mine -> mine.stream().map(Team::teamId).collect(Collectors.toSet()))
                        .doOnNext(mine -> {
                            int index = 0;
                            for (UUID teamId : teamIds) {
                                if (!mine.contains(teamId)) {
                                    throw ProblemType.INVALID_REQUEST.forField(
                                            "team_sharing[" + index + "].team_id", "You are not a member of the team.");
                                }
                                index++;
                            }
                        })
                        .then();
    }

    /**
     * The settings as the API shows them.
     *
     * @param purgeDueAt when the user is purged unless they are active; null without a notice
     */
    record View(
            String collectionLevel,
            List<String> excludedProjects,
            List<String> excludedLanguages,
            int retentionMonths,
            boolean modelContribution,
            List<TeamSharing> teamSharing,
            @Nullable Instant purgeDueAt) {

        static View of(CollectionSettings settings, List<Team> teams, @Nullable Instant purgeDueAt) {
            return new View(
                    settings.level().text(),
                    settings.exclusions().projects(),
                    settings.exclusions().languages(),
                    settings.retentionMonths(),
                    settings.modelContribution(),
                    teams.stream()
                            .map(team -> new TeamSharing(team.teamId(), team.consent()))
                            .toList(),
                    purgeDueAt);
        }

        /** Without content, as project names are personal. */
        @Override
        public String toString() {
            return "View";
        }
    }

    record TeamSharing(UUID teamId, boolean consent) {}
}
