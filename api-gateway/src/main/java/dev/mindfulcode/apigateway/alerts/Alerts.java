package dev.mindfulcode.apigateway.alerts;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.Outbox;
import dev.mindfulcode.apigateway.teams.Teams;
import dev.mindfulcode.dataprotection.WrappedColumn;
import dev.mindfulcode.flowengine.insight.TeamIndicator;
import dev.mindfulcode.flowengine.time.TimeZones;
import dev.mindfulcode.identity.accounts.AccountTable;
import dev.mindfulcode.schemas.TeamAlert;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webhooks.WebhookTarget;
import dev.mindfulcode.webhooks.WebhookTargets;
import dev.mindfulcode.webkit.json.Uuids;
import dev.mindfulcode.webkit.problems.ProblemType;
import io.r2dbc.spi.Readable;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The alert rules of teams and their alerts, for owners and admins of teams on the premium plan.
 *
 * <p>Rules are rows; the outbox publishes them to the stream. The address of a webhook stays in the database, sealed.
 */
public final class Alerts {

    static final int RULES_A_TEAM_MAX = 20;
    static final int ALERTS_SHOWN_MAX = 50;

    private static final String SELECT_RULES = """
            SELECT rule_id, team_id, indicator, threshold, recent_days, time_zone, host, created_at
            FROM gateway.team_alert_rules WHERE team_id = :team ORDER BY created_at, rule_id""";
    private static final String SELECT_ALERTS = """
            SELECT a.*, r.channel FROM gateway.team_alerts a JOIN gateway.team_alert_rules r USING (rule_id)
            WHERE a.team_id = :team ORDER BY a.to_at DESC, a.alert_id LIMIT :max""";
    private static final String SELECT_LIVE_RULE = """
            SELECT 1 AS one FROM gateway.team_alert_rules
            WHERE rule_id = :rule AND team_id = :team AND channel = 'live'""";

    private final Database database;
    private final Teams teams;
    private final AccountTable accounts;
    private final EventPublisher log;
    private final Outbox outbox;
    private final WebhookTargets targets;
    private final SecureRandom random;
    private final Clock clock;

    Alerts(
            Database database,
            Teams teams,
            EventPublisher log,
            Outbox outbox,
            WebhookTargets targets,
            SecureRandom random,
            Clock clock) {
        this.database = database;
        this.teams = teams;
        this.accounts = new AccountTable(database);
        this.log = log;
        this.outbox = outbox;
        this.targets = targets;
        this.random = random;
        this.clock = clock;
    }

    /** Returns the column that is sealed with the key-encryption key. */
    public static WrappedColumn wrappedColumn() {
        return WebhookTargets.wrappedColumn("team_alert_rules", "gateway.team_alert_rules", "rule_id", "sealed_target");
    }

    /**
     * Creates a rule.
     *
     * @param zone null for the caller's
     * @param target null for the channel {@code live}
     */
    Mono<AlertRule> create(
            UUID callerId,
            UUID teamId,
            TeamIndicator.Kind indicator,
            double threshold,
            Lookback window,
            @Nullable ZoneId zone,
            @Nullable WebhookTarget target) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        UUID ruleId = Uuids.version7(now.toEpochMilli(), random);
        return committing(teams.lockLedOnPremium(callerId, teamId)
                .then(Mono.defer(() -> requireRoom(teamId)))
                .then(Mono.defer(() -> zone == null ? zoneOf(callerId) : Mono.just(zone)))
                .map(meant -> new AlertRule(
                        ruleId,
                        teamId,
                        indicator,
                        threshold,
                        window,
                        meant,
                        target == null ? null : target.host(),
                        now))
                .flatMap(rule -> insert(rule, target)
                        .then(Mono.defer(() -> log.encode(Topics.TEAM_ALERT_RULES, rule.event())))
                        .flatMap(value ->
                                outbox.add(Topics.TEAM_ALERT_RULES.name(), AlertRule.key(teamId, ruleId), value))
                        .thenReturn(rule)));
    }

    Mono<List<AlertRule>> rules(UUID callerId, UUID teamId) {
        return teams.requireLeadOnPremium(callerId, teamId)
                .then(Mono.defer(() -> database.sql(SELECT_RULES)
                        .bind("team", teamId)
                        .map(Alerts::rule)
                        .all()
                        .collectList()));
    }

    /** Emits the sealed target of a rule's webhook, to owners and admins. */
    Mono<byte[]> sealedTarget(UUID callerId, UUID teamId, UUID ruleId) {
        return teams.requireLeadOnPremium(callerId, teamId)
                .then(Mono.defer(() -> database.sql("""
                                SELECT sealed_target FROM gateway.team_alert_rules
                                WHERE rule_id = :rule AND team_id = :team""")
                        .bind("rule", ruleId)
                        .bind("team", teamId)
                        .map(row -> Optional.ofNullable(row.get("sealed_target", byte[].class)))
                        .one()))
                .switchIfEmpty(Mono.error(() -> ProblemType.NOT_FOUND.withDetail("The team has no such rule.")))
                .flatMap(target -> target.map(Mono::just)
                        .orElseGet(() -> Mono.error(ProblemType.INVALID_REQUEST.withDetail(
                                "The rule's channel is live. Only a webhook can be tested."))));
    }

    /** Emits the alerts of a team, latest first. The caller's role has been checked. */
    Mono<List<TeamAlertView>> latest(UUID teamId) {
        return database.sql(SELECT_ALERTS)
                .bind("team", teamId)
                .bind("max", ALERTS_SHOWN_MAX)
                .map(row -> Optional.ofNullable(view(row)))
                .all()
                .<TeamAlertView>handle((view, sink) -> view.ifPresent(sink::next))
                .collectList();
    }

    /** Deletes a rule with its alerts and their pending deliveries. */
    Mono<Void> delete(UUID callerId, UUID teamId, UUID ruleId) {
        return committing(teams.lockLedOnPremium(callerId, teamId)
                        .then(Mono.defer(() -> database.sql("""
                                        DELETE FROM gateway.team_alert_rules
                                        WHERE rule_id = :rule AND team_id = :team""")
                                .bind("rule", ruleId)
                                .bind("team", teamId)
                                .fetch()
                                .rowsUpdated()))
                        .flatMap(deleted -> deleted == 1
                                ? outbox.addTombstone(Topics.TEAM_ALERT_RULES.name(), AlertRule.key(teamId, ruleId))
                                        .thenReturn(true)
                                : Mono.error(ProblemType.NOT_FOUND.withDetail("The team has no such rule."))))
                .then();
    }

    /** Deletes the rules of a team, which is about to be deleted, in the caller's transaction. */
    public Mono<Void> deleteRulesOf(UUID teamId) {
        return database.sql("DELETE FROM gateway.team_alert_rules WHERE team_id = :team RETURNING rule_id")
                .bind("team", teamId)
                .map(row -> Objects.requireNonNull(row.get("rule_id", UUID.class)))
                .all()
                .collectList()
                .flatMapIterable(Function.identity())
                .concatMap(ruleId -> outbox.addTombstone(Topics.TEAM_ALERT_RULES.name(), AlertRule.key(teamId, ruleId)))
                .then();
    }

    /** Emits the users who receive an alert live. */
    public Flux<UUID> recipients(TeamAlert alert) {
        return database.sql(SELECT_LIVE_RULE)
                .bind("rule", alert.getRuleId())
                .bind("team", alert.getTeamId())
                .map(row -> true)
                .one()
                .flatMapMany(exists -> teams.leadsOnPremium(alert.getTeamId()));
    }

    private Mono<Void> requireRoom(UUID teamId) {
        return database.sql("SELECT count(*) AS n FROM gateway.team_alert_rules WHERE team_id = :team")
                .bind("team", teamId)
                .map(row -> row.get("n", Long.class))
                .one()
                .filter(n -> n >= RULES_A_TEAM_MAX)
                .flatMap(n -> Mono.error(() -> ProblemType.LIMIT_REACHED.withDetail(
                        "A team has at most " + RULES_A_TEAM_MAX + " rules. Delete one first.")));
    }

    private Mono<ZoneId> zoneOf(UUID userId) {
        return accounts.timeZone(userId).map(TimeZones::of);
    }

    private Mono<Long> insert(AlertRule rule, @Nullable WebhookTarget target) {
        GenericExecuteSpec insert = database.sql("""
                        INSERT INTO gateway.team_alert_rules (rule_id, team_id, indicator, threshold, recent_days,
                            time_zone, channel, host, sealed_target, created_at)
                        VALUES (:rule, :team, :indicator, :threshold, :days, :zone, :channel, :host, :sealed, :now)""")
                .bind("rule", rule.ruleId())
                .bind("team", rule.teamId())
                .bind("indicator", rule.indicator().text())
                .bind("threshold", rule.threshold())
                .bind("days", rule.window().days())
                .bind("zone", rule.zone().getId())
                .bind("channel", rule.channel())
                .bind("now", rule.createdAt());
        insert = target == null
                ? insert.bindNull("host", String.class).bindNull("sealed", byte[].class)
                : insert.bind("host", target.host()).bind("sealed", targets.seal(target, rule.ruleId()));
        return insert.fetch().rowsUpdated();
    }

    private static AlertRule rule(Readable row) {
        return new AlertRule(
                Objects.requireNonNull(row.get("rule_id", UUID.class)),
                Objects.requireNonNull(row.get("team_id", UUID.class)),
                Objects.requireNonNull(
                        TeamIndicator.Kind.parse(Objects.requireNonNull(row.get("indicator", String.class)))),
                Objects.requireNonNull(row.get("threshold", Double.class)),
                Lookback.ofDays(Objects.requireNonNull(row.get("recent_days", Integer.class))),
                TimeZones.of(row.get("time_zone", String.class)),
                row.get("host", String.class),
                Objects.requireNonNull(row.get("created_at", Instant.class)));
    }

    private static @Nullable TeamAlertView view(Readable row) {
        return TeamAlertView.of(AlertRows.alert(row), AlertRows.delivery(row));
    }

    private <T> Mono<T> committing(Mono<T> work) {
        return database.inTransaction(work).doOnSuccess(_ -> outbox.wakeRelay());
    }
}
