package dev.mindfulcode.apigateway.portability;

import dev.mindfulcode.apigateway.collection.CollectionSettingsTable;
import dev.mindfulcode.apigateway.collection.SettingsHistory;
import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.portability.SqlRows.Query;
import dev.mindfulcode.identity.accounts.AccountDetails;
import dev.mindfulcode.identity.accounts.AccountTable;
import dev.mindfulcode.identity.teams.Team;
import dev.mindfulcode.identity.teams.TeamTable;
import dev.mindfulcode.identity.tokens.ApiKeyTable;
import dev.mindfulcode.identity.tokens.RefreshTokens;
import dev.mindfulcode.webkit.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The tables of an export that Postgres holds, in the order of the file; the log follows them. */
final class ExportSections {

    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private static final Table ACCOUNT = Table.of("account", "Your account.", """
            user_id     Id of the account
            email       Address, null if your identity provider gave none
            name        Display name
            time_zone   IANA name; your days are days of this zone
            created_at  When the account was created""");

    private static final Table EXTERNAL_IDENTITIES =
            Table.of("external_identities", "Identity providers that you sign in with. Your id there is a hash.", """
            issuer  Address of the identity provider""");

    private static final Table SIGN_INS =
            Table.of("sign_ins", "Where you are signed in. Tokens are stored as hashes.", """
            sign_in_id  Id of the sign-in
            expires_at  When it ends
            revoked_at  When you signed out, null if you did not""");

    private static final Table API_KEYS = Table.of("api_keys", "Your API keys. The keys are stored as hashes.", """
            key_id        Id of the key
            name          Name that you gave it
            scope         What it allows
            created_at    When it was created
            last_used_at  When it was last used, accurate to some minutes""");

    private static final Table TEAMS = Table.of("teams", "Your teams, and whether you share with them.", """
            team_id     Id of the team
            name        Name of the team
            role        Your role: owner, admin, member or viewer
            consent     Whether your typing counts in the team's figures
            plan        Plan of the team
            joined_at   When you joined
            changed_at  When role or consent last changed""");

    private static final Table PRIVACY_SETTINGS =
            Table.of("privacy_settings", "What you let the product collect.", """
            collection_level    full, features or local
            excluded_projects   Projects that are not collected
            excluded_languages  Languages that are not collected
            retention_months    Everything is purged after so many months without activity
            model_contribution  Whether the operator may evaluate models on your ratings of flow""");

    private static final Table PRIVACY_CHANGES =
            Table.of("privacy_changes", "Changes of privacy settings and of consent to teams, latest first.", """
            changed_at  When it was changed
            change      Who changed what, JSON""");

    private static final Table PREFERENCES = Table.of("preferences", "Preferences for flow detection.", """
            sensitivity  Share of your own typing that may be flow, 0 (30 %) to 1 (70 %)""");

    private static final Table GOALS = Table.of("goals", "Your goals.", """
            weekly_flow_minutes  Minutes in flow that you want in a week""");

    private static final Table CALENDAR_FEEDS =
            Table.of("calendar_feeds", "Your calendar feed. Its secret key is stored as a hash.", """
            created_at  When its address was created""");

    private static final Table PROMPTS = Table.of("feedback_prompts", "Prompts for your rating of flow.", """
            per_day               How many you allow
            prompted_at           When you were last prompted
            prompted_about        The break that the prompt was about
            sampled_about         The moment to rate
            sampling_probability  Probability with which that moment was chosen
            prompted_on           Your day of the last prompt
            prompt_count          Prompts on that day""");

    private static final Table SUGGESTIONS =
            Table.of("suggestions", "Suggestions shown to you in the last 60 days.", """
            shown_on    Your day
            place       Order on that day
            suggestion  Which suggestion""");

    private static final Table IDEMPOTENT_REQUESTS = Table.of(
            "idempotent_requests",
            "Requests with an Idempotency-Key in the last day. Key and content are hashes, the answer is encrypted.",
            """
            created_at  When it was sent
            answered    Whether its answer is stored""");

    private static final Table LIVE_TICKETS =
            Table.of("live_tickets", "Tickets for live connections, stored as hashes.", """
            created_at  When it was issued
            expires_at  When it ends""");

    private static final Table PLUGINS = Table.of("plugins", "Plugins that you uploaded.", """
            plugin_id   Id of the plugin
            name        Name
            version     Version
            manifest    Manifest, JSON
            imports     Capabilities that the module needs
            sha256      Hash of the module
            module      The WebAssembly module in base64
            created_at  When you uploaded it""");

    private static final Table PLUGIN_INSTALLS =
            Table.of("plugin_installs", "Capabilities that you granted to plugins.", """
            plugin_id     Id of the plugin
            capabilities  What it may read and compute
            granted_at    When you granted it""");

    private static final Table PLUGIN_RUNS = Table.of("plugin_runs", "Runs of plugins over your history.", """
            run_id        Id of the run
            plugin_id     Id of the plugin, null if it was removed
            name          Name of the plugin
            version       Version of the plugin
            team_id       The team whose members' history it folds, null for your own
            from_at       Start of the range, null for the whole history
            to_at         End of the range, null for a run without end
            created_at    When you requested it
            cancelled_at  When you cancelled it
            status        State of the run
            reason        Why it failed, stopped or waits
            records       Records given to the plugin
            summary       Summary that the plugin computed, JSON""");

    private static final Table PLUGIN_RESULTS = Table.of("plugin_results", "Rows that plugins computed.", """
            run_id  Run that computed the row
            key     Key of the row
            value   The row, JSON""");

    private static final Table SESSION_IDS =
            Table.of("session_ids", "Your session ids and the state of each session as the gateway knows it.", """
            session_id  Session
            started_at  Start, by your reports
            status      active, paused, ended or deleted; null if the start was not completed
            ended_at    End, by your reports""");

    private static final Table SESSIONS = Table.of(
            "sessions", "Your sessions: what you reported, what your typing showed, and what follows from both.", """
            session_id            Session
            status                active, paused or ended
            started_at            Start
            ended_at              End, null while it is not ended
            project               Project
            language              Language
            editor                Editor
            keystrokes            Keystrokes
            errors                Corrections
            context_switches      Context switches
            files_modified        Saved files
            active_ms             Active time
            flow_ms               Time in flow
            intensity_ms          Sum of intensity (0 to 1) over the active time
            interruptions         Interruptions of flow
            user_started_at       Start that your editor reported
            user_ended_at         End that your editor reported
            user_status           Status that your editor reported
            user_status_at        When it was in effect
            corrected_started_at  Your correction of the start
            corrected_ended_at    Your correction of the end
            stream_status         Status by your typing
            stream_status_at      When it was in effect
            first_activity_at     First activity
            last_activity_at      Last activity
            next_sequence         Number of your editor's next batch
            reused_sequences      Batches with a number that another had used
            version               Flow states that were published of the session""");

    private static final Table SESSION_LANGUAGES =
            Table.of("session_languages", "The languages of sessions, and since when.", """
            session_id  Session
            kind        started, updated or corrected
            set_at      When it was set
            language    Language, null for none""");

    private static final Table DELETED_SESSIONS = Table.of("deleted_sessions", "Sessions that you deleted.", """
            session_id  Session""");

    private static final Table MINUTES = Table.of("minutes", "Typing and flow by minute and session.", """
            minute            Start of the minute
            session_id        Session
            keystrokes        Keystrokes
            errors            Corrections
            context_switches  Context switches
            active_ms         Active time
            flow_ms           Time in flow
            mean_intensity    Mean intensity, 0 to 1
            intensity_ms      Sum of intensity (0 to 1) over the active time
            reason            Why not in flow at the end of the minute, null in flow or if unknown
            version           Version of the row""");

    private static final Table DAYS = Table.of("days", "Sums of minutes by day of your time zone.", """
            day               Day
            keystrokes        Keystrokes
            errors            Corrections
            context_switches  Context switches
            active_ms         Active time
            flow_ms           Time in flow
            intensity_ms      Sum of intensity (0 to 1) over the active time
            version           Version of the row""");

    private static final Table PERIODS = Table.of("periods", "Unbroken stretches of flow.", """
            session_id      Session
            started_at      Start
            ended_at        End, null while it is open
            mean_intensity  Mean intensity, 0 to 1
            keystrokes      Keystrokes
            ended_by        What ended it
            version         Version of the row""");

    private static final Table TIME_ZONES = Table.of("time_zones", "The zone by which your days are summed.", """
            time_zone  IANA name""");

    private static final List<Query> QUERIES = List.of(
            Query.of(
                    PREFERENCES,
                    "SELECT user_id, sensitivity FROM gateway.preferences WHERE user_id = :user",
                    "user_id"),
            Query.of(GOALS, "SELECT user_id, weekly_flow_minutes FROM gateway.goals WHERE user_id = :user", "user_id"),
            Query.of(
                    CALENDAR_FEEDS,
                    "SELECT user_id, created_at FROM gateway.calendar_feeds WHERE user_id = :user",
                    "user_id"),
            Query.of(
                    PROMPTS,
                    "SELECT user_id, per_day, prompted_at, prompted_about, sampled_about, sampling_probability,"
                            + " prompted_on, prompt_count"
                            + " FROM gateway.feedback_prompts WHERE user_id = :user",
                    "user_id"),
            Query.of(
                    SUGGESTIONS,
                    "SELECT shown_on, place, suggestion FROM gateway.shown_suggestions WHERE user_id = :user",
                    "shown_on, place"),
            Query.of(
                    IDEMPOTENT_REQUESTS,
                    "SELECT key_hash, created_at, answer IS NOT NULL AS answered FROM gateway.idempotent_requests"
                            + " WHERE user_id = :user",
                    "created_at, key_hash"),
            Query.of(
                    LIVE_TICKETS,
                    "SELECT ticket_hash, created_at, expires_at FROM gateway.live_tickets WHERE user_id = :user",
                    "created_at, ticket_hash"),
            Query.of(
                    PLUGINS,
                    "SELECT plugin_id, name, version, manifest, imports, sha256, encode(module, 'base64') AS module,"
                            + " created_at FROM gateway.plugins JOIN gateway.plugin_modules USING (sha256)"
                            + " WHERE owner_id = :user",
                    "created_at, plugin_id"),
            Query.of(
                    PLUGIN_INSTALLS,
                    "SELECT plugin_id, capabilities, granted_at FROM gateway.plugin_installs WHERE user_id = :user",
                    "granted_at, plugin_id"),
            Query.of(PLUGIN_RUNS, """
                    SELECT r.run_id, r.plugin_id, r.name, r.version, r.team_id, r.from_at, r.to_at, r.created_at,
                        r.cancelled_at, s.status, s.reason, s.records, CAST(s.summary AS text) AS summary
                    FROM gateway.analytics_runs r
                        LEFT JOIN readmodel.analytics_runs s ON s.run_id = r.run_id AND s.generation = r.generation
                    WHERE r.user_id = :user""", "r.created_at, r.run_id"),
            Query.of(PLUGIN_RESULTS, """
                    SELECT s.run_id, s.key, CAST(s.value AS text) AS value
                    FROM gateway.analytics_runs r JOIN readmodel.analytics_results s ON s.run_id = r.run_id
                    WHERE r.user_id = :user AND r.team_id IS NULL""", "s.run_id, s.key COLLATE \"C\""),
            Query.of(
                    SESSION_IDS,
                    "SELECT session_id, started_at, status, ended_at FROM gateway.session_owners WHERE user_id = :user",
                    "started_at, session_id"),
            Query.of(
                    TIME_ZONES, "SELECT user_id, time_zone FROM readmodel.user_zones WHERE user_id = :user", "user_id"),
            Query.of(SESSIONS, selectAll(SESSIONS, "readmodel.coding_sessions"), "started_at, session_id"),
            Query.of(SESSION_LANGUAGES, """
                    SELECT s.started_at, s.session_id, l.event_offset, l.kind, l.set_at, l.language
                    FROM readmodel.coding_sessions s JOIN readmodel.session_languages l
                        ON l.session_id = s.session_id AND l.user_id = s.user_id
                    WHERE s.user_id = :user""", "s.started_at, s.session_id, l.event_offset"),
            Query.of(DELETED_SESSIONS, selectAll(DELETED_SESSIONS, "readmodel.coding_sessions_deleted"), "session_id"),
            Query.of(MINUTES, selectAll(MINUTES, "readmodel.flow_minutes"), "minute, session_id"),
            Query.of(DAYS, selectAll(DAYS, "readmodel.daily_summaries"), "day"),
            Query.of(PERIODS, selectAll(PERIODS, "readmodel.flow_periods"), "started_at, session_id"));

    /** All tables that are not the log's. */
    static final List<Table> TABLES = Stream.concat(
                    Stream.of(
                            ACCOUNT, EXTERNAL_IDENTITIES, SIGN_INS, API_KEYS, TEAMS, PRIVACY_SETTINGS, PRIVACY_CHANGES),
                    QUERIES.stream().map(Query::table))
            .toList();

    private final Database database;
    private final AccountTable accounts;
    private final AccountDetails details;
    private final AsyncUserCiphers ciphers;
    private final ApiKeyTable apiKeys;
    private final RefreshTokens signIns;
    private final TeamTable teams;
    private final CollectionSettingsTable settings;
    private final SettingsHistory history;

    ExportSections(
            Database database,
            AccountDetails details,
            AsyncUserCiphers ciphers,
            RefreshTokens signIns,
            CollectionSettingsTable settings,
            SettingsHistory history) {
        this.settings = settings;
        this.history = history;
        this.database = database;
        this.accounts = new AccountTable(database);
        this.details = details;
        this.signIns = signIns;
        this.ciphers = ciphers;
        this.apiKeys = new ApiKeyTable(database, ciphers);
        this.teams = new TeamTable(database);
    }

    List<Section> all() {
        List<Section> sections = new ArrayList<>();
        sections.add(few(ACCOUNT, this::account));
        sections.add(few(
                EXTERNAL_IDENTITIES,
                userId -> rows(EXTERNAL_IDENTITIES, accounts.issuers(userId), one -> Arrays.asList(one))));
        sections.add(few(
                SIGN_INS,
                userId -> rows(
                        SIGN_INS,
                        signIns.families(userId),
                        one -> Arrays.asList(one.familyId(), one.expiresAt(), one.revokedAt()))));
        sections.add(few(
                API_KEYS,
                userId -> rows(
                        API_KEYS,
                        apiKeys.ofUser(userId),
                        one -> Arrays.asList(
                                one.keyId(), one.name(), one.scope(), one.createdAt(), one.lastUsedAt()))));
        sections.add(few(TEAMS, this::memberships));
        sections.add(few(PRIVACY_SETTINGS, this::privacySettings));
        sections.add(few(
                PRIVACY_CHANGES,
                userId -> rows(
                        PRIVACY_CHANGES,
                        history.page(userId, Long.MAX_VALUE, SettingsHistory.CHANGES_MAX),
                        one -> Arrays.asList(one.changedAt(), text(one.members())))));
        for (Query query : QUERIES) {
            sections.add(Section.of(query.table(), userId -> {
                SqlRows rows = new SqlRows(database, query, userId);
                return query.table().equals(SESSIONS) ? new SessionRows(rows, ciphers, userId) : rows;
            }));
        }
        return sections;
    }

    private Mono<List<Row>> account(UUID userId) {
        return details.find(userId)
                .zipWith(accounts.createdAt(userId))
                .map(found -> List.of(new Row(
                        ACCOUNT,
                        Arrays.asList(
                                userId,
                                found.getT1().email(),
                                found.getT1().name(),
                                found.getT1().timeZone(),
                                found.getT2()))));
    }

    private Mono<List<Row>> privacySettings(UUID userId) {
        return settings.find(userId)
                .map(found -> List.of(new Row(
                        PRIVACY_SETTINGS,
                        Arrays.asList(
                                found.level().text(),
                                found.exclusions().projects(),
                                found.exclusions().languages(),
                                found.retentionMonths(),
                                found.modelContribution()))));
    }

    private static String text(Map<String, @Nullable Object> members) {
        return new String(Json.bytes(members), StandardCharsets.UTF_8);
    }

    private Mono<List<Row>> memberships(UUID userId) {
        return teams.ofUser(userId).flatMap(known -> {
            Map<UUID, String> names = known.stream().collect(Collectors.toMap(Team::teamId, Team::name));
            return rows(
                    TEAMS,
                    teams.memberships(userId),
                    one -> Arrays.asList(
                            one.teamId(),
                            names.get(one.teamId()),
                            one.role().text(),
                            one.consent(),
                            one.plan().text(),
                            one.joinedAt(),
                            one.changedAt()));
        });
    }

    private static Section few(Table table, Function<UUID, Mono<List<Row>>> source) {
        return Section.of(
                table,
                userId -> Rows.of(source.apply(userId).blockOptional(TIMEOUT).orElse(List.of())));
    }

    private static <T> Mono<List<Row>> rows(
            Table table, Mono<List<T>> all, Function<T, List<@Nullable Object>> values) {
        return all.map(some ->
                some.stream().map(one -> new Row(table, values.apply(one))).toList());
    }

    private static String selectAll(Table table, String from) {
        return "SELECT " + table.columns().stream().map(Table.Column::name).collect(Collectors.joining(", ")) + " FROM "
                + from + " WHERE user_id = :user";
    }
}
