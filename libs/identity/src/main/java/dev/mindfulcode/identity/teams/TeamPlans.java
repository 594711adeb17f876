package dev.mindfulcode.identity.teams;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/** Reads and sets the plans of teams over JDBC, for threads that may block. */
public final class TeamPlans {

    private TeamPlans() {}

    /** Sets a team's plan, from the next request on; returns false if the team does not exist. */
    public static boolean set(Connection connection, UUID teamId, Plan plan) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE identity.teams SET plan = ? WHERE team_id = ?")) {
            update.setString(1, plan.text());
            update.setObject(2, teamId);
            return update.executeUpdate() == 1;
        }
    }

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
