package dev.mindfulcode.apigateway.privacy;

import dev.mindfulcode.apigateway.collection.SettingsChange;
import dev.mindfulcode.apigateway.collection.SettingsHistory;
import dev.mindfulcode.apigateway.jobs.BackgroundJob;
import dev.mindfulcode.apigateway.privacy.ActivityRows.Activity;
import dev.mindfulcode.identity.accounts.Account;
import dev.mindfulcode.identity.accounts.AccountDetails;
import dev.mindfulcode.identity.accounts.SignInActivity;
import dev.mindfulcode.webkit.problems.ProblemException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Purges users who were inactive for as long as they chose, with a notice before. Each gateway stores the activity that
 * it saw each {@link #STORE_INTERVAL}; one gateway at a time, under an advisory lock, applies the rule of
 * {@link Retention} each {@link #CHECK_INTERVAL}.
 */
final class RetentionJob extends BackgroundJob {

    static final Duration STORE_INTERVAL = Duration.ofMinutes(1);
    static final Duration CHECK_INTERVAL = Duration.ofHours(1);

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(10);

    /** Users whose registration commits this late are found. */
    private static final Duration COMMIT_TIMEOUT = Duration.ofHours(1);

    private static final int PAGE_SIZE = 500;

    /** After it the other mails wait for the next round, so that activity is stored in between. */
    private static final Duration MAIL_TIMEOUT = Duration.ofSeconds(30);

    /** Failures of the server, not of an address, in one check, after which the others wait for the next. */
    private static final int MAIL_FAILURES_MAX = 10;

    /** Unique in this database: the letters "mcretain". */
    private static final long LOCK_ID = 0x6D63_7265_7461_696EL;

    private static final String LOCK = "SELECT pg_try_advisory_xact_lock(" + LOCK_ID + ")";

    private static final Logger log = LoggerFactory.getLogger(RetentionJob.class);

    /** Begins the purge of a user. */
    @FunctionalInterface
    interface Purger {

        /**
         * Returns whether the purge has begun: only if the condition holds in its transaction.
         *
         * @throws ProblemException if the account is gone
         */
        boolean purge(UUID userId, Purge.Condition condition) throws SQLException;
    }

    /** Sends a notice to an address. */
    @FunctionalInterface
    interface Sender {

        NoticeMail.Outcome send(NoticeMail.Notice notice, String address);
    }

    /** The e-mail of notices. */
    record Mailing(Sender sender, AccountDetails accounts) {}

    private final DataSource database;
    private final ActivityRecorder recorder;
    private final SettingsHistory history;
    private final Purger purger;
    private final @Nullable Mailing mailing;
    private final InstantSource clock;
    private final Counter notices;
    private final Counter purges;
    private final Map<NoticeMail.Outcome, Counter> mails = new EnumMap<>(NoticeMail.Outcome.class);
    private UUID mailedAfter = new UUID(0, 0);
    private boolean isWithoutMailLogged;
    private long nextCheckNs = System.nanoTime();
    private Instant registeredSince = Instant.EPOCH;

    /** @param mailing null if no mail server is set */
    RetentionJob(
            DataSource database,
            ActivityRecorder recorder,
            SettingsHistory history,
            Purger purger,
            @Nullable Mailing mailing,
            InstantSource clock,
            MeterRegistry meters) {
        super("gateway-retention", STORE_INTERVAL, STOP_TIMEOUT);
        this.database = database;
        this.recorder = recorder;
        this.history = history;
        this.purger = purger;
        this.mailing = mailing;
        this.clock = clock;
        notices = Counter.builder("mindful.gateway.retention.notices")
                .description("Inactive users who were given notice of a purge")
                .register(meters);
        purges = Counter.builder("mindful.gateway.retention.purges")
                .description("Purges of inactive users that have begun")
                .register(meters);
        for (NoticeMail.Outcome outcome : NoticeMail.Outcome.values()) {
            mails.put(
                    outcome,
                    Counter.builder("mindful.gateway.retention.mails")
                            .description("E-mails with notices of purges, by outcome")
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .register(meters));
        }
    }

    @Override
    protected Duration round() throws SQLException {
        storeActivity();
        if (System.nanoTime() - nextCheckNs >= 0) {
            boolean isComplete = check(this::isStopping);
            nextCheckNs = System.nanoTime() + (isComplete ? CHECK_INTERVAL : Duration.ZERO).toNanos();
        }
        return STORE_INTERVAL;
    }

    @Override
    public void stop() {
        if (!isRunning()) {
            return;
        }
        super.stop();
        try {
            storeActivity();
        } catch (SQLException e) {
            log.warn("Activity not stored: sqlstate={}", e.getSQLState());
        }
    }

    /** Stores who was active since the previous call. */
    void storeActivity() throws SQLException {
        LocalDate today = ActivityRows.day(clock.instant());
        Map<UUID, LocalDate> days = new HashMap<>();
        recorder.drain().forEach(userId -> days.put(userId, today));
        try (Connection connection = database.getConnection()) {
            ActivityRows.add(connection, days);
        } catch (SQLException e) {
            days.keySet().forEach(recorder::record);
            throw e;
        }
    }

    /** Gives notices and purges, unless another gateway is doing so. Returns whether nothing is left to do now. */
    boolean check(BooleanSupplier isStopping) throws SQLException {
        try (Connection locking = database.getConnection();
                Connection connection = database.getConnection()) {
            locking.setAutoCommit(false);
            try {
                if (!isLocked(locking)) {
                    return true;
                }
                addRegistered(connection, now());
                decideAll(connection, isStopping);
                return mailing == null || mailAll(connection, mailing, isStopping);
            } finally {
                locking.rollback();
            }
        }
    }

    private static boolean isLocked(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOCK);
                ResultSet row = statement.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }

    /** Users who registered and did nothing since are inactive too. */
    private void addRegistered(Connection connection, Instant now) throws SQLException {
        Map<UUID, LocalDate> days = new HashMap<>();
        SignInActivity.registeredSince(connection, registeredSince)
                .forEach((userId, at) -> days.put(userId, ActivityRows.day(at)));
        ActivityRows.add(connection, days);
        registeredSince = now.minus(COMMIT_TIMEOUT);
    }

    private void decideAll(Connection connection, BooleanSupplier isStopping) throws SQLException {
        UUID after = new UUID(0, 0);
        List<Activity> page;
        do {
            Instant now = now();
            page = ActivityRows.nearlyDue(connection, now, after, PAGE_SIZE);
            Map<UUID, LocalDate> latest = latest(connection, page);
            ActivityRows.add(connection, latest);
            for (Activity user : page) {
                if (isStopping.getAsBoolean()) {
                    return;
                }
                after = user.userId();
                try {
                    apply(connection, user, decide(user, latest, now), now);
                } catch (ProblemException e) {
                    if (e.type().status() >= 500) {
                        throw e;
                    }
                    // The account is gone: nothing is left to purge but this row.
                    ActivityRows.delete(connection, user.userId());
                }
            }
        } while (page.size() == PAGE_SIZE);
    }

    private Retention decide(Activity user, Map<UUID, LocalDate> latest, Instant now) {
        LocalDate lastActiveOn = latest.getOrDefault(user.userId(), user.lastActiveOn());
        boolean isLater = lastActiveOn.isAfter(user.lastActiveOn());
        return Retention.decide(
                isLater ? lastActiveOn : user.lastActiveOn(),
                user.retentionMonths(),
                isLater ? null : user.purgeDueAt(),
                mailing != null && !user.isMailed(),
                now);
    }

    /** Returns what other tables know of the users' latest activity: a gateway may have died before it stored it. */
    private static Map<UUID, LocalDate> latest(Connection connection, List<Activity> page) throws SQLException {
        Set<UUID> users = new HashSet<>();
        page.forEach(user -> users.add(user.userId()));
        Map<UUID, LocalDate> latest = new HashMap<>();
        for (Map<UUID, Instant> times :
                List.of(SignInActivity.latest(connection, users), ActivityRows.latestSessions(connection, users))) {
            times.forEach((userId, at) ->
                    latest.merge(userId, ActivityRows.day(at), (one, other) -> one.isAfter(other) ? one : other));
        }
        return latest;
    }

    private void apply(Connection connection, Activity user, Retention decision, Instant now) throws SQLException {
        switch (decision) {
            case Retention.Keep _ -> {
                if (user.purgeDueAt() != null) {
                    ActivityRows.setDue(connection, user.userId(), null);
                }
            }
            case Retention.Notify notify -> {
                history.add(user.userId(), List.of(SettingsChange.purgeNotice(notify.purgeDueAt())), now)
                        .block(QUERY_TIMEOUT);
                ActivityRows.setDue(connection, user.userId(), notify.purgeDueAt());
                notices.increment();
                if (mailing == null && !isWithoutMailLogged) {
                    isWithoutMailLogged = true;
                    log.info("Notices of purges are shown in the product only: SMTP_URL and SMTP_FROM are not set");
                }
            }
            case Retention.Mail _, Retention.Wait _ -> {
                // Until the mail is sent, the purge is due, or the user is active.
            }
            case Retention.Purge _ -> {
                if (purger.purge(user.userId(), purging -> isStillDue(purging, user.userId()))) {
                    purges.increment();
                    log.info("Purge of an inactive user begun");
                }
            }
        }
    }

    /** Decides again in the transaction of a purge: since the page was read, the user may be back. */
    private boolean isStillDue(Connection purging, UUID userId) throws SQLException {
        ActivityRows.lock(purging, userId);
        return !recorder.isPending(userId) && decideNow(purging, userId) instanceof Retention.Purge;
    }

    private Retention decideNow(Connection connection, UUID userId) throws SQLException {
        Activity user = ActivityRows.of(connection, userId).orElse(null);
        return user == null ? new Retention.Keep() : decide(user, latest(connection, List.of(user)), now());
    }

    /**
     * Sends notices by e-mail for a bounded time, after the user at whom the last check ended, so that a slow or
     * failing address does not hold up the others. Returns whether all users had their turn, or the server fails.
     */
    private boolean mailAll(Connection connection, Mailing by, BooleanSupplier isStopping) throws SQLException {
        long deadlineNs = System.nanoTime() + MAIL_TIMEOUT.toNanos();
        int failures = 0;
        List<UUID> page;
        do {
            page = ActivityRows.unmailed(connection, mailedAfter, PAGE_SIZE);
            for (UUID userId : page) {
                if (isStopping.getAsBoolean() || System.nanoTime() - deadlineNs > 0) {
                    return false;
                }
                mailedAfter = userId;
                if (mail(connection, by, userId) == NoticeMail.Outcome.FAILED && ++failures == MAIL_FAILURES_MAX) {
                    return true;
                }
            }
        } while (page.size() == PAGE_SIZE);
        mailedAfter = new UUID(0, 0);
        return true;
    }

    /** Sends a notice if the user is inactive still. Returns null if no mail was due. */
    private NoticeMail.@Nullable Outcome mail(Connection connection, Mailing by, UUID userId) throws SQLException {
        Activity user = ActivityRows.of(connection, userId).orElse(null);
        if (user == null
                || recorder.isPending(userId)
                || !(decide(user, latest(connection, List.of(user)), now()) instanceof Retention.Mail mail)) {
            return null;
        }
        Account account = by.accounts().find(userId).block(QUERY_TIMEOUT);
        String address = account == null ? null : account.email();
        NoticeMail.Outcome outcome = null;
        if (address != null) {
            outcome = by.sender()
                    .send(
                            new NoticeMail.Notice(
                                    userId, user.lastActiveOn(), user.retentionMonths(), mail.purgeDueAt()),
                            address);
            Objects.requireNonNull(mails.get(outcome)).increment();
        }
        boolean isOver = switch (outcome) {
            // Without a mailbox there is nothing to wait for.
            case null -> true;
            case SENT, REJECTED -> true;
            case REFUSED -> Retention.isRefusalFinal(Objects.requireNonNull(user.purgeDueAt()), now());
            case DEFERRED, FAILED -> false;
        };
        if (isOver) {
            ActivityRows.setMailed(connection, userId, mail.purgeDueAt(), now());
        }
        return outcome;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
