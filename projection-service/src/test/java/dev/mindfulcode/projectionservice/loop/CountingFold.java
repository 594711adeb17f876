package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.projectionservice.fold.Fold;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import dev.mindfulcode.schemas.Topics;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** A projection that is not idempotent: its count shows records applied twice or not at all. */
final class CountingFold implements Fold {

    static final Projection PROJECTION = new Projection(
            "counting",
            1,
            List.of(Topics.FLOW_PERIODS),
            "CREATE TABLE counted (n bigint NOT NULL)",
            tables -> CountingFold::new);

    static final String TABLE =
            "CREATE TABLE readmodel.counted (n bigint NOT NULL); INSERT INTO readmodel.counted VALUES (0)";

    private int applied;

    @Override
    public void apply(ProjectionEvent event) {
        applied++;
    }

    @Override
    public int flush(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("UPDATE readmodel.counted SET n = n + ?")) {
            statement.setInt(1, applied);
            return statement.executeUpdate();
        }
    }
}
