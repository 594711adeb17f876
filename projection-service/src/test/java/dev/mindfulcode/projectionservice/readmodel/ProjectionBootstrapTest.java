package dev.mindfulcode.projectionservice.readmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.ReadModelDatabase;
import dev.mindfulcode.schemas.Topics;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProjectionBootstrapTest {

    private final ReadModelDatabase database = new ReadModelDatabase();

    @Test
    void createsTablesForUnreadTopics() throws Exception {
        create(example(1));
        create(example(1));
        assertThat(database.rows("SELECT * FROM readmodel.example")).isEmpty();
        assertThat(builds()).containsExactly("(1,1,in_use,{example})");
    }

    @Test
    void ordersRebuildForTopicsAlreadyRead() throws Exception {
        database.execute("INSERT INTO readmodel.projection_offsets VALUES ('sessions', 3, 17)");
        create(example(1));
        create(example(1));
        assertThat(builds()).containsExactly("(0,1,in_use,{example})", "(1,,building,)");
    }

    @Test
    void leavesExistingBuildsOfOtherVersionsUnchanged() throws Exception {
        create(example(1));
        database.execute("INSERT INTO readmodel.projection_offsets VALUES ('sessions', 3, 17)");
        create(example(2));
        assertThat(builds()).containsExactly("(1,1,in_use,{example})");
    }

    private void create(Projection projection) {
        new ProjectionBootstrap(database.source()).createMissing(List.of(projection));
    }

    private List<String> builds() throws Exception {
        return database.rows("SELECT build, version, state, tables FROM readmodel.projection_builds"
                + " WHERE projection = 'example' ORDER BY build");
    }

    private static Projection example(int version) {
        return new Projection(
                "example", version, List.of(Topics.SESSIONS), "CREATE TABLE example (n bigint)", tables -> () -> {
                    throw new AssertionError("No event is applied here");
                });
    }
}
