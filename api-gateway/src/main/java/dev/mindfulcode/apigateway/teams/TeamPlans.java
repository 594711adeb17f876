package dev.mindfulcode.apigateway.teams;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.UUID;
import javax.sql.DataSource;

/** Teams' plans, for an operator to set: no endpoint does. */
public final class TeamPlans {

    private final DataSource database;

    public TeamPlans(DataSource database) {
        this.database = database;
    }

    /** Sets a team's plan, from the next request on; returns false where there is no such team. */
    public boolean set(UUID teamId, Plan plan) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement update =
                        connection.prepareStatement("update identity.teams set plan = ? where team_id = ?")) {
            update.setString(1, plan.text());
            update.setObject(2, teamId);
            return update.executeUpdate() == 1;
        }
    }
}
