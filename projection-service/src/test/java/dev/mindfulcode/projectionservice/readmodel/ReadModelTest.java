package dev.mindfulcode.projectionservice.readmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.projectionservice.Projections;
import dev.mindfulcode.projectionservice.fold.ReadModelDatabase;
import org.junit.jupiter.api.Test;

class ReadModelTest {

    private final ReadModelDatabase database = new ReadModelDatabase();

    /** A read model of before minutes had reasons, with a build that is in progress and one that is retained. */
    @Test
    void addsReasonsToTheMinutesOfAllBuilds() throws Exception {
        database.execute("ALTER TABLE readmodel.flow_minutes DROP COLUMN reason;"
                + " DELETE FROM readmodel.flyway_schema_history WHERE version = '2';"
                + " CREATE SCHEMA readmodel_flow_minutes_2; CREATE SCHEMA readmodel_flow_minutes_13;"
                + " CREATE TABLE readmodel_flow_minutes_2.flow_minutes (LIKE readmodel.flow_minutes INCLUDING ALL);"
                + " CREATE TABLE readmodel_flow_minutes_13.flow_minutes (LIKE readmodel.flow_minutes INCLUDING ALL);"
                + " CREATE SCHEMA other; CREATE TABLE other.flow_minutes (n int)");
        ReadModel.migrate(database.source(), Projections.ALL);
        assertThat(database.rows("SELECT table_schema FROM information_schema.columns"
                        + " WHERE table_name = 'flow_minutes' AND column_name = 'reason' ORDER BY 1"))
                .containsExactly("(readmodel)", "(readmodel_flow_minutes_13)", "(readmodel_flow_minutes_2)");
        assertThat(database.rows("SELECT version FROM readmodel.projection_builds WHERE projection = 'flow_minutes'"))
                .as("version of read models of before: projections stop if it has no fold")
                .containsExactly("(2)");
    }
}
