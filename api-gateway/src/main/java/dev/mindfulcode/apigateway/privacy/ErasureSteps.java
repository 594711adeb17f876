package dev.mindfulcode.apigateway.privacy;

import dev.mindfulcode.apigateway.alerts.Alerts;
import dev.mindfulcode.apigateway.log.Outbox;
import dev.mindfulcode.apigateway.teams.Teams;
import dev.mindfulcode.dataprotection.DatabaseScrub;
import dev.mindfulcode.dataprotection.ErasedUsers;
import dev.mindfulcode.dataprotection.Erasure;
import dev.mindfulcode.dataprotection.ErasurePlace;
import dev.mindfulcode.dataprotection.Erasures;
import dev.mindfulcode.dataprotection.Erasures.Outcome;
import dev.mindfulcode.identity.Revocations;
import dev.mindfulcode.identity.accounts.AccountErasure;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The gateway's steps of an erasure. Used by one thread. */
final class ErasureSteps {

    /** After this time no process uses what it has in memory, which it stops by itself if it cannot read erasures. */
    private static final Duration EVICTION_TIME = ErasedUsers.IN_FORCE_WITHIN;

    /** After this time no live connection of the user is open. */
    private static final Duration DISCONNECTION_TIME = Revocations.WATCHES_END_WITHIN;

    /** After this time no request that began with a credential of the user is still running. */
    private static final Duration REQUEST_TIME =
            ErasedUsers.IN_FORCE_WITHIN.plus(Endpoints.RESPONSE_TIMEOUT).plusSeconds(1);

    /** More than a round has; forgotten erasures wait again. */
    private static final int SEEN_MAX = 1_000;

    /** A scrub serves all erasures whose account is deleted, so it need not run for each. */
    private static final Duration SCRUB_INTERVAL = Duration.ofSeconds(10);

    private static final Duration TEAM_TIMEOUT = Duration.ofSeconds(10);

    private final DataSource database;
    private final Erasures erasures;
    private final Outbox outbox;
    private final Teams teams;
    private final Alerts alerts;
    private final Function<Instant, byte[]> marker;
    private final StreamProgress stream;
    private final DatabaseScrub scrub;
    private final LongSupplier nanoTime;

    /**
     * When this process first read each erasure, which was committed by then. Not the time of the request: that is
     * before the commit, and by the clock of another machine.
     */
    private final Map<UUID, Long> seenNs = new HashMap<>();

    /** The scrub of this round; it began after the rows of each erasure that the round reads as deleted. */
    private @Nullable Outcome scrubbed;

    private long scrubbedAtNs = System.nanoTime() - SCRUB_INTERVAL.toNanos();

    /** @param marker returns the event that marks a user as erased, always the same bytes for a time */
    ErasureSteps(
            DataSource database,
            Erasures erasures,
            Outbox outbox,
            Teams teams,
            Alerts alerts,
            Function<Instant, byte[]> marker,
            StreamProgress stream,
            DatabaseScrub scrub,
            LongSupplier nanoTime) {
        this.database = database;
        this.erasures = erasures;
        this.outbox = outbox;
        this.teams = teams;
        this.alerts = alerts;
        this.marker = marker;
        this.stream = stream;
        this.scrub = scrub;
        this.nanoTime = nanoTime;
    }

    /** Returns the steps in the order in which a round tries them. */
    Map<ErasurePlace, ErasureRunner.Step> all() {
        Map<ErasurePlace, ErasureRunner.Step> steps = new EnumMap<>(ErasurePlace.class);
        steps.put(ErasurePlace.LIVE_CONNECTIONS, erasure -> isOlder(erasure, DISCONNECTION_TIME) ? Outcome.DONE : null);
        steps.put(ErasurePlace.CACHES, erasure -> isOlder(erasure, EVICTION_TIME) ? Outcome.DONE : null);
        steps.put(ErasurePlace.TEAMS, erasure -> Outcome.deleted(leaveTeams(erasure.userId())));
        steps.put(ErasurePlace.IDEMPOTENT_ANSWERS, rows(GatewayRows.IDEMPOTENT_ANSWERS));
        steps.put(ErasurePlace.LIVE_TICKETS, rows(GatewayRows.LIVE_TICKETS));
        steps.put(ErasurePlace.PREFERENCES, rows(GatewayRows.PREFERENCES));
        steps.put(ErasurePlace.PLUGINS, rows(GatewayRows.PLUGINS));
        steps.put(ErasurePlace.ACCOUNT, this::deleteAccount);
        steps.put(ErasurePlace.SESSIONS, afterRequests(rows(GatewayRows.SESSIONS)));
        steps.put(ErasurePlace.MARKER, this::publishMarker);
        steps.put(ErasurePlace.OUTBOX, afterRequests(this::deleteEvents));
        steps.put(ErasurePlace.STATE_STORES, erasure -> isStreamPast(erasure) ? Outcome.DONE : null);
        steps.put(ErasurePlace.CHANGELOGS, erasure -> isStreamPast(erasure) ? Outcome.DONE : null);
        steps.put(ErasurePlace.TEAM_CONTRIBUTIONS, this::awaitContributions);
        steps.put(ErasurePlace.KEY_TABLE, this::scrub);
        return steps;
    }

    /** Forgets what the steps of a round shared. */
    void endRound() {
        stream.close();
        scrubbed = null;
    }

    private @Nullable Outcome scrub(Erasure erasure) throws SQLException {
        if (erasure.isPending(ErasurePlace.ACCOUNT)) {
            return null;
        }
        if (scrubbed == null && System.nanoTime() - scrubbedAtNs >= SCRUB_INTERVAL.toNanos()) {
            scrubbed = scrub.run();
            if (scrubbed != null) {
                scrubbedAtNs = System.nanoTime();
            }
        }
        return scrubbed;
    }

    private ErasureRunner.Step rows(List<String> statements) {
        return erasure -> {
            try (Connection connection = database.getConnection()) {
                return Outcome.deleted(GatewayRows.delete(connection, statements, erasure.userId()));
            }
        };
    }

    /** A request that was accepted before the revocation may still write. */
    private ErasureRunner.Step afterRequests(ErasureRunner.Step step) {
        return erasure -> isOlder(erasure, REQUEST_TIME) ? step.run(erasure) : null;
    }

    /** Returns whether an erasure was committed at least so long ago. */
    private boolean isOlder(Erasure erasure, Duration age) {
        long nowNs = nanoTime.getAsLong();
        if (seenNs.size() > SEEN_MAX) {
            seenNs.clear();
        }
        return nowNs - seenNs.computeIfAbsent(erasure.erasureId(), _ -> nowNs) >= age.toNanos();
    }

    private long leaveTeams(UUID userId) throws SQLException {
        List<UUID> memberships;
        try (Connection connection = database.getConnection()) {
            memberships = AccountErasure.teams(connection, userId);
        }
        for (UUID teamId : memberships) {
            teams.removeErased(userId, teamId, alerts::deleteRulesOf).block(TEAM_TIMEOUT);
        }
        return memberships.size();
    }

    /** Waits until the other rows are counted; what requests have added since is deleted with the account. */
    private @Nullable Outcome deleteAccount(Erasure erasure) throws SQLException {
        boolean isCounted = !erasure.isPending(ErasurePlace.TEAMS)
                && !erasure.isPending(ErasurePlace.IDEMPOTENT_ANSWERS)
                && !erasure.isPending(ErasurePlace.LIVE_TICKETS)
                && !erasure.isPending(ErasurePlace.PREFERENCES)
                && !erasure.isPending(ErasurePlace.PLUGINS);
        if (!isCounted || !isOlder(erasure, EVICTION_TIME)) {
            return null;
        }
        leaveTeams(erasure.userId());
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                boolean isDeleted = AccountErasure.delete(connection, erasure.userId());
                connection.commit();
                return isDeleted ? Outcome.DONE : null;
            } finally {
                connection.rollback();
            }
        }
    }

    private @Nullable Outcome publishMarker(Erasure erasure) throws SQLException {
        byte[] event = marker.apply(erasure.requestedAt());
        if (!erasure.markerQueued()) {
            queueMarker(erasure, event);
        }
        try (Connection connection = database.getConnection()) {
            long[] sent = GatewayRows.sent(connection, Topics.ACCOUNTS.name(), erasure.userId(), event);
            if (sent == null) {
                return null;
            }
            erasures.markerPublished(erasure.erasureId(), new Erasure.Position((int) sent[0], sent[1]));
            return Outcome.DONE;
        }
    }

    private void queueMarker(Erasure erasure, byte[] event) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                if (Erasures.markerQueued(connection, erasure.erasureId())) {
                    GatewayRows.queue(connection, Topics.ACCOUNTS.name(), erasure.userId(), event);
                }
                connection.commit();
            } finally {
                connection.rollback();
            }
        }
        outbox.wakeRelay();
    }

    private @Nullable Outcome deleteEvents(Erasure erasure) throws SQLException {
        if (erasure.marker() == null) {
            return null;
        }
        try (Connection connection = database.getConnection()) {
            return Outcome.deleted(
                    GatewayRows.deleteEvents(connection, erasure.userId(), marker.apply(erasure.requestedAt())));
        }
    }

    private boolean isStreamPast(Erasure erasure) throws Exception {
        Erasure.Position position = erasure.marker();
        return position != null && stream.isPast(position);
    }

    /** The stream withdraws contributions in the transaction that commits the marker's offset. */
    private @Nullable Outcome awaitContributions(Erasure erasure) throws Exception {
        Long[] ends = erasure.contributionEnds();
        if (ends == null) {
            if (isStreamPast(erasure)) {
                erasures.contributionEnds(erasure.erasureId(), stream.contributionEnds());
            }
            return null;
        }
        return stream.isPast(ends) ? Outcome.DONE : null;
    }
}
