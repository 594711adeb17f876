package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.apigateway.privacy.RetentionChecks;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** The rule itself is tested by RetentionTest, with a set clock. */
class RetentionApiTest {

    private static final String SETTINGS = "/api/privacy/settings";

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;

    @Test
    void purgesInactiveUsersAfterANotice() throws SQLException {
        User user = inactiveSince("2020-05-01");

        RetentionChecks.run(gateway.context);
        assertThat(noticeDays(user)).isEqualTo(30);
        assertThat(purges(user)).as("before the notice is over").isZero();
        RetentionChecks.run(gateway.context);
        assertThat(gateway.count("SELECT count(*) FROM gateway.privacy_changes WHERE user_id = ?", user.id()))
                .as("one notice")
                .isOne();

        beDue(user);
        RetentionChecks.run(gateway.context);

        assertThat(purges(user)).isOne();
        assertThat(gateway.count("SELECT count(*) FROM protection.user_keys WHERE user_id = ?", user.id()))
                .isZero();
        Eventually.holds(() -> api.get("/api/account", user.token()).status() == 401);
    }

    @Test
    void showsTheNoticeToAUserWhoComesBackAndVoidsIt() throws SQLException {
        User user = inactiveSince("2020-05-01");
        RetentionChecks.run(gateway.context);

        Instant due = Instant.parse(api.get(SETTINGS, user.token()).text("purge_due_at"));
        assertThat(due).isAfter(Instant.now().plus(Duration.ofDays(29)));
        JsonNode change = api.get(SETTINGS + "/history", user.token())
                .json()
                .path("changes")
                .path(0);
        assertThat(change.path("by").asString()).isEqualTo("retention");
        assertThat(change.path("setting").asString()).isEqualTo("purge_due_at");
        assertThat(Instant.parse(change.path("to").asString())).isEqualTo(due);

        RetentionChecks.run(gateway.context);
        assertThat(api.get(SETTINGS, user.token()).json().has("purge_due_at")).isFalse();
        beDue(user);
        RetentionChecks.run(gateway.context);
        assertThat(purges(user)).as("active again").isZero();
    }

    @Test
    void countsSignInsAndSessionsAsActivity() throws SQLException {
        User signedIn = inactiveSince("2020-05-01");
        gateway.execute("""
                INSERT INTO identity.api_keys
                    (key_id, user_id, sealed_name, key_hash, scope, created_at, last_used_at)
                VALUES (gen_random_uuid(), ?, 'x', sha256(gen_random_uuid()::text::bytea), 'ingest', now(), now())\
                """, signedIn.id());
        User working = inactiveSince("2020-05-01");
        gateway.execute("""
                INSERT INTO gateway.session_owners (session_id, user_id, started_at)
                VALUES (gen_random_uuid(), ?, now())""", working.id());

        RetentionChecks.run(gateway.context);

        assertThat(noticeDays(signedIn)).isZero();
        assertThat(noticeDays(working)).isZero();
    }

    @Test
    void countsTheTimeThatTheUserChose() throws SQLException {
        User user = gateway.user();
        assertThat(api.put(SETTINGS, user.token(), "{\"retention_months\": 120}")
                        .status())
                .isEqualTo(200);
        RetentionChecks.run(gateway.context);
        beInactive(user.id(), "2020-05-01");
        RetentionChecks.run(gateway.context);
        assertThat(noticeDays(user)).isZero();
        gateway.execute("UPDATE gateway.privacy_settings SET retention_months = 12 WHERE user_id = ?", user.id());
        RetentionChecks.run(gateway.context);
        assertThat(noticeDays(user)).isEqualTo(30);
    }

    @Test
    void leavesTheCheckToTheGatewayThatHoldsTheLock() throws SQLException {
        User user = inactiveSince("2020-05-01");
        try (Connection other = gateway.connection();
                Statement lock = other.createStatement()) {
            lock.execute("SELECT pg_advisory_lock(" + 0x6D63_7265_7461_696EL + ")");
            RetentionChecks.run(gateway.context);
            assertThat(noticeDays(user)).isZero();
        }
        Eventually.holds(() -> {
            try {
                RetentionChecks.run(gateway.context);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            return noticeDays(user) == 30;
        });
    }

    @Test
    void sendsTheNoticeByEmailOnceAndPurgesNobodyBefore() throws Exception {
        User user = inactiveSince("2020-05-01");
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        Logger log = (Logger) LoggerFactory.getLogger("dev.mindfulcode.apigateway");
        logged.start();
        log.addAppender(logged);
        GreenMail mails = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        try {
            RetentionChecks.run(gateway.context, "smtp://127.0.0.1:" + closedPort());
            assertThat(noticeDays(user)).as("in the product").isEqualTo(30);
            beDue(user);
            RetentionChecks.run(gateway.context, "smtp://127.0.0.1:" + closedPort());
            assertThat(purges(user)).as("without a mail").isZero();

            mails.start();
            String url = "smtp://127.0.0.1:" + mails.getSmtp().getPort();
            CompletableFuture.allOf(
                            CompletableFuture.runAsync(() -> check(url)), CompletableFuture.runAsync(() -> check(url)))
                    .join();
            check(url);

            List<MimeMessage> sent = mailsTo(mails, user);
            assertThat(sent).hasSize(1);
            assertThat(noticeDays(user)).as("from the mail on").isEqualTo(30);
            String day = LocalDate.now(ZoneOffset.UTC).plusDays(30).toString();
            assertThat(sent.getFirst().getSubject()).isEqualTo("Your Mindful Code account will be erased on " + day);
            assertThat(sent.getFirst().getContent().toString()).contains("since 2020-05-01", "24 months", day);
            assertThat(Arrays.toString(sent.getFirst().getFrom())).isEqualTo("[Mindful Code <notices@example.com>]");

            beDue(user);
            check(url);
            assertThat(purges(user)).isOne();
            assertThat(mailsTo(mails, user)).hasSize(1);
            assertThat(logged.list)
                    .anySatisfy(event -> assertThat(event.getFormattedMessage()).contains("Mail server failed"))
                    .noneSatisfy(event -> assertThat(event.getFormattedMessage() + event.getThrowableProxy())
                            .contains(user.email()));
        } finally {
            mails.stop();
            log.detachAppender(logged);
        }
    }

    @Test
    void purgesNobodyWhoComesBackDuringTheCheck() throws SQLException {
        User requesting = inactiveSince("2020-05-01");
        User elsewhere = inactiveSince("2020-05-01");
        User signedIn = inactiveSince("2020-05-01");
        User longer = inactiveSince("2020-05-01");
        assertThat(api.put(SETTINGS, longer.token(), "{\"retention_months\": 12}")
                        .status())
                .isEqualTo(200);
        RetentionChecks.run(gateway.context);
        beInactive(longer.id(), "2020-05-01");
        User away = inactiveSince("2020-05-01");
        RetentionChecks.run(gateway.context);
        for (User user : List.of(requesting, elsewhere, signedIn, longer, away)) {
            beDue(user);
        }

        RetentionChecks.runAnd(gateway.context, () -> {
            api.get(SETTINGS, requesting.token());
            try {
                gateway.execute(
                        "UPDATE gateway.user_activity SET last_active_on = now()::date, purge_due_at = NULL"
                                + " WHERE user_id = ?",
                        elsewhere.id());
                gateway.execute("UPDATE identity.users SET created_at = now() WHERE user_id = ?", signedIn.id());
                gateway.execute(
                        "UPDATE gateway.privacy_settings SET retention_months = 120 WHERE user_id = ?", longer.id());
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });

        assertThat(List.of(purges(requesting), purges(elsewhere), purges(signedIn), purges(longer)))
                .containsOnly(0L);
        assertThat(purges(away)).isOne();
    }

    @Test
    void waitsAWeekForAnAddressThatIsRefused() throws SQLException {
        User user = inactiveSince("2020-05-01");
        RetentionChecks.run(gateway.context);
        assertThat(RetentionChecks.run(gateway.context, "REFUSED", 1).getFirst())
                .contains(user.id());
        assertThat(isMailOver(user)).isFalse();

        gateway.execute(
                "UPDATE gateway.user_activity SET purge_due_at = purge_due_at - interval '8 days' WHERE user_id = ?",
                user.id());
        RetentionChecks.run(gateway.context, "REFUSED", 1);

        assertThat(isMailOver(user)).isTrue();
        assertThat(noticeDays(user)).as("from the end of the wait on").isEqualTo(30);
    }

    @Test
    void holdsUpNobodyForAddressesOrAServerThatFail() throws SQLException {
        Set<UUID> users = new HashSet<>();
        for (int i = 0; i < 12; i++) {
            users.add(gateway.user().id());
        }
        RetentionChecks.run(gateway.context);
        for (UUID user : users) {
            beInactive(user, "2020-05-01");
        }

        assertThat(RetentionChecks.run(gateway.context, "DEFERRED", 1).getFirst())
                .containsAll(users);
        Set<UUID> tried = new HashSet<>();
        for (Set<UUID> check : RetentionChecks.run(gateway.context, "FAILED", 10)) {
            assertThat(check).hasSizeLessThanOrEqualTo(10);
            tried.addAll(check);
        }
        assertThat(tried).containsAll(users);
    }

    private boolean isMailOver(User user) {
        return gateway.count(
                        "SELECT count(*) FROM gateway.user_activity"
                                + " WHERE user_id = ? AND notice_mailed_at IS NOT NULL",
                        user.id())
                == 1;
    }

    private void check(String smtpUrl) {
        try {
            RetentionChecks.run(gateway.context, smtpUrl);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<MimeMessage> mailsTo(GreenMail mails, User user) {
        return Arrays.stream(mails.getReceivedMessages())
                .filter(message -> {
                    try {
                        return message.getAllRecipients()[0].toString().equals(user.email());
                    } catch (MessagingException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toList();
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void beDue(User user) throws SQLException {
        gateway.execute(
                "UPDATE gateway.user_activity SET purge_due_at = now() - interval '1 second' WHERE user_id = ?",
                user.id());
    }

    private User inactiveSince(String day) throws SQLException {
        User user = gateway.user();
        RetentionChecks.run(gateway.context);
        beInactive(user.id(), day);
        return user;
    }

    private void beInactive(UUID userId, String day) throws SQLException {
        gateway.execute("DELETE FROM identity.refresh_families WHERE user_id = ?", userId);
        gateway.execute("UPDATE identity.users SET created_at = ?::date WHERE user_id = ?", day, userId);
        gateway.execute("UPDATE gateway.user_activity SET last_active_on = ?::date WHERE user_id = ?", day, userId);
    }

    /** Returns how many days from now the purge is due by the user's notice; 0 without one. */
    private long noticeDays(User user) {
        return gateway.count(
                "SELECT coalesce(round(extract(epoch FROM purge_due_at - now()) / 86400), 0)::bigint"
                        + " FROM gateway.user_activity WHERE user_id = ?",
                user.id());
    }

    private long purges(User user) {
        return gateway.count("SELECT count(*) FROM protection.erasures WHERE user_id = ?", user.id());
    }
}
