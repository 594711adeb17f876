package dev.mindfulcode.identity.teams;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/** Reads the plans of teams over JDBC, for threads that may block. */
public final class TeamPlans {

    private TeamPlans() {}

    /** Returns those of the teams that are on the premium plan. */
    public static Set<UUID> premium(Connection connection, Collection<UUID> teamIds) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT team_id FROM identity.teams WHERE plan = 'premium' AND team_id = ANY (?)")) {
            select.setArray(1, connection.createArrayOf("uuid", teamIds.toArray()));
            Set<UUID> premium = new HashSet<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    premium.add(row.getObject(1, UUID.class));
                }
            }
            return premium;
        }
    }
}
