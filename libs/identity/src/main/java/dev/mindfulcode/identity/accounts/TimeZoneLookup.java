package dev.mindfulcode.identity.accounts;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Looks up time zones of accounts over JDBC, for services whose threads may block. */
public final class TimeZoneLookup {

    private TimeZoneLookup() {}

    /** Returns the time zone id of each of the users that has an account. */
    public static Map<UUID, String> find(Connection connection, Collection<UUID> userIds) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT user_id, time_zone FROM identity.users WHERE user_id = ANY (?)")) {
            select.setArray(1, connection.createArrayOf("uuid", userIds.toArray()));
            Map<UUID, String> zones = new HashMap<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    zones.put(row.getObject(1, UUID.class), row.getString(2));
                }
            }
            return zones;
        }
    }
}
