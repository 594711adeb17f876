package dev.mindfulcode.projectionservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.ServiceAccess;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProjectionAccessTest {

    @Test
    void mayReadExactlyTheTopicsOfItsProjectionsAndOfPlugins() {
        Set<Topic<?>> needed = new HashSet<>(List.of(Topics.KEYSTROKES, Topics.SESSIONS));
        Projections.ALL.forEach(projection -> needed.addAll(projection.topics()));

        assertThat(ServiceAccess.all())
                .filteredOn(service -> service.user().equals("projection-service"))
                .singleElement()
                .satisfies(access ->
                        assertThat(new HashSet<Topic<?>>(access.reads())).isEqualTo(needed));
    }
}
