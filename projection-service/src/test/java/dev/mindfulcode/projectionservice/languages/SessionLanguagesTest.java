package dev.mindfulcode.projectionservice.languages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import dev.mindfulcode.projectionservice.fold.ReadModelDatabase;
import dev.mindfulcode.projectionservice.fold.SampleEvents;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SessionLanguagesTest {

    private static final Instant NINE = Instant.parse("2026-03-02T09:00:00Z");
    private static final String ROWS =
            "SELECT event_offset, kind, set_at, language FROM readmodel.session_languages ORDER BY event_offset";

    private final ReadModelDatabase database = new ReadModelDatabase();
    private final UUID user = UUID.randomUUID();
    private final UserCipher cipher = database.keys().create(user);
    private final UUID session = UUID.randomUUID();
    private final List<ProjectionEvent> story = List.of(
            event(0, SessionEventKind.STARTED, 0, "Java"),
            event(1, SessionEventKind.PAUSED, 60, null),
            event(2, SessionEventKind.UPDATED, 120, "Kotlin"),
            event(3, SessionEventKind.STARTED, 0, null),
            event(4, SessionEventKind.CORRECTED, 180, "Scala"));

    @Test
    void storesWhenLanguageWasSet() throws Exception {
        database.apply(SessionLanguages.projection(), story);
        assertThat(database.rows(ROWS))
                .containsExactly(
                        "(0,started,\"2026-03-02 09:00:00+00\",Java)",
                        "(2,updated,\"2026-03-02 09:02:00+00\",Kotlin)",
                        "(3,started,\"2026-03-02 09:00:00+00\",)",
                        "(4,corrected,\"2026-03-02 09:03:00+00\",Scala)");
    }

    @Test
    void givesSameRowsForAnyBatchingAndRepetition() throws Exception {
        database.apply(SessionLanguages.projection(), story);
        List<String> expected = database.everything();
        for (ProjectionEvent event : story) {
            assertThat(database.apply(SessionLanguages.projection(), List.of(event)))
                    .isZero();
        }
        assertThat(database.everything()).isEqualTo(expected);
    }

    @Test
    void deletesRowsOfDeletedSessions() throws Exception {
        database.apply(SessionLanguages.projection(), story);
        database.apply(SessionLanguages.projection(), List.of(event(5, SessionEventKind.DELETED, 240, null)));
        database.apply(SessionLanguages.projection(), List.of(event(6, SessionEventKind.UPDATED, 250, "Java")));
        assertThat(database.rows(ROWS)).isEmpty();
    }

    private ProjectionEvent event(long offset, SessionEventKind kind, long second, @Nullable String language) {
        SessionEvent change = SampleEvents.sessionEvent(session, kind, NINE.plusSeconds(second));
        return new ProjectionEvent(
                offset, user, language == null ? change : SampleEvents.with(change, cipher, null, language));
    }
}
