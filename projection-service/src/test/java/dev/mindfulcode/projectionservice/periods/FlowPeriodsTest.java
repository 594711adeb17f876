package dev.mindfulcode.projectionservice.periods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.projectionservice.fold.Fold;
import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import dev.mindfulcode.projectionservice.fold.ReadModelDatabase;
import dev.mindfulcode.projectionservice.fold.RejectedEventException;
import dev.mindfulcode.projectionservice.fold.SampleEvents;
import dev.mindfulcode.projectionservice.readmodel.ReadModel;
import dev.mindfulcode.schemas.FlowPeriod;
import dev.mindfulcode.schemas.SessionEventKind;
import java.sql.Connection;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class FlowPeriodsTest {

    private static final Instant START = Instant.parse("2026-03-02T09:00:00Z");

    private final ReadModelDatabase database = new ReadModelDatabase();
    private final UUID user = UUID.randomUUID();
    private final UUID session = UUID.randomUUID();
    private final FlowPeriod opened = SampleEvents.period(session, START, null, 3, 10);
    private final FlowPeriod closed = SampleEvents.period(session, START, START.plusSeconds(900), 9, 700);

    @Test
    void opensAndClosesPeriod() throws Exception {
        apply(opened);
        assertThat(database.value("SELECT ended_at FROM readmodel.flow_periods"))
                .isNull();
        apply(closed);
        assertThat(database.rows("SELECT * FROM readmodel.flow_periods"))
                .containsExactly("(" + user + "," + session + ",\"2026-03-02 09:00:00+00\",\"2026-03-02 09:15:00+00\","
                        + "0.75,700,context_switch,9)");
    }

    @Test
    void acceptsCloseBeforeOpen() throws Exception {
        apply(closed);
        List<String> expected = database.everything();
        assertThat(apply(opened)).isZero();
        assertThat(database.everything()).isEqualTo(expected);
    }

    @Test
    void acceptsOpenAndCloseInOneBatchInEitherOrder() throws Exception {
        apply(closed, opened);
        List<String> expected = database.everything();
        ReadModelDatabase other = new ReadModelDatabase();
        other.apply(FlowPeriods.projection(), List.of(event(opened), event(closed)));
        assertThat(other.everything()).isEqualTo(expected).hasSize(1);
    }

    @Test
    void ignoresRepeatedVersion() throws Exception {
        apply(closed);
        assertThat(apply(closed)).isZero();
        assertThat(apply(SampleEvents.period(session, START, null, 9, 1))).isZero();
    }

    @Test
    void rejectsOutOfRangeValues() {
        FlowPeriod negative = SampleEvents.period(session, START, null, 1, -1);
        assertThatThrownBy(() -> apply(negative)).isInstanceOf(RejectedEventException.class);
        FlowPeriod notANumber = SampleEvents.period(session, START, null, 1, 1);
        notANumber.setMeanIntensity(Float.NaN);
        assertThatThrownBy(() -> apply(notANumber)).isInstanceOf(RejectedEventException.class);
        FlowPeriod farAway = SampleEvents.period(session, Instant.ofEpochMilli(Long.MAX_VALUE), null, 1, 1);
        assertThatThrownBy(() -> apply(farAway)).isInstanceOf(RejectedEventException.class);
    }

    @Test
    void deletesPeriodsOfDeletedSessionForGood() throws Exception {
        FlowPeriod other = SampleEvents.period(UUID.randomUUID(), START, null, 3, 10);
        apply(opened, other);
        delete();
        apply(closed);
        assertThat(database.rows("SELECT session_id FROM readmodel.flow_periods"))
                .containsExactly("(" + other.getSessionId() + ")");
        delete();
        assertThat(database.everything()).hasSize(2);
    }

    @Test
    void serializesDeletionWithWrites() throws Exception {
        Fold writing = FlowPeriods.projection().binding().to(ReadModel.TABLES).get();
        writing.apply(event(opened));
        try (Connection connection = database.source().getConnection();
                ExecutorService deleting = Executors.newSingleThreadExecutor()) {
            connection.setAutoCommit(false);
            writing.flush(connection);
            Future<?> deletion = deleting.submit(() -> {
                delete();
                return null;
            });
            while (database.number("SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'ExclusiveLock'") == 0) {
                assertThat(deletion.isDone()).isFalse();
            }
            connection.commit();
            deletion.get();
        }
        assertThat(database.rows("SELECT * FROM readmodel.flow_periods")).isEmpty();
    }

    private void delete() throws Exception {
        database.apply(
                FlowPeriods.projection(),
                List.of(new ProjectionEvent(
                        0, user, SampleEvents.sessionEvent(session, SessionEventKind.DELETED, START))));
    }

    private int apply(FlowPeriod... periods) throws Exception {
        return database.apply(
                FlowPeriods.projection(),
                List.of(periods).stream().map(this::event).toList());
    }

    private ProjectionEvent event(FlowPeriod period) {
        return new ProjectionEvent(0, user, period);
    }
}
