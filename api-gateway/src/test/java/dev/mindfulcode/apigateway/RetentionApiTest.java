package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.apigateway.privacy.RetentionChecks;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
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

        gateway.execute(
                "UPDATE gateway.user_activity SET purge_due_at = now() - interval '1 second' WHERE user_id = ?",
                user.id());
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
        gateway.execute(
                "UPDATE gateway.user_activity SET purge_due_at = now() - interval '1 second' WHERE user_id = ?",
                user.id());
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
