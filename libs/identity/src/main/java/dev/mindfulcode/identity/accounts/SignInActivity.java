package dev.mindfulcode.identity.accounts;

import dev.mindfulcode.identity.tokens.RefreshTokens;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Looks up over JDBC when users registered and last used their credentials. */
public final class SignInActivity {

    private static final String LATEST = """
            SELECT user_id, max(at) FROM (
                SELECT user_id, created_at AS at FROM identity.users
                UNION ALL SELECT user_id, last_used_at FROM identity.api_keys
                UNION ALL SELECT user_id, t.expires_at - interval '%d seconds'
                    FROM identity.refresh_families JOIN identity.refresh_tokens t USING (family_id)) activity
            WHERE user_id = ANY (?) GROUP BY user_id""".formatted(RefreshTokens.TOKEN_LIFETIME.toSeconds());

    private static final String REGISTERED = "SELECT user_id, created_at FROM identity.users WHERE created_at >= ?";

    private SignInActivity() {}

    /** Returns the time of the last registration, refresh or use of an API key of each user that has an account. */
    public static Map<UUID, Instant> latest(Connection connection, Collection<UUID> userIds) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(LATEST)) {
            select.setArray(1, connection.createArrayOf("uuid", userIds.toArray()));
            return times(select);
        }
    }

    /** Returns the users that have registered since a time, and when. */
    public static Map<UUID, Instant> registeredSince(Connection connection, Instant since) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(REGISTERED)) {
            select.setObject(1, since.atOffset(ZoneOffset.UTC));
            return times(select);
        }
    }

    private static Map<UUID, Instant> times(PreparedStatement select) throws SQLException {
        Map<UUID, Instant> times = new HashMap<>();
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                times.put(
                        row.getObject(1, UUID.class),
                        row.getObject(2, OffsetDateTime.class).toInstant());
            }
        }
        return times;
    }
}
