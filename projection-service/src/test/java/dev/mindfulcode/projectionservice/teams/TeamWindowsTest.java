package dev.mindfulcode.projectionservice.teams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import dev.mindfulcode.projectionservice.fold.ReadModelDatabase;
import dev.mindfulcode.projectionservice.fold.RejectedEventException;
import dev.mindfulcode.schemas.TeamWindow;
import dev.mindfulcode.schemas.TeamWindowOutcome;
import dev.mindfulcode.schemas.TeamWindowSize;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TeamWindowsTest {

    private static final Instant START = Instant.parse("2026-03-02T09:00:00Z");
    private static final String ROW = "SELECT outcome, members, active_seconds, active_seconds_margin, rho_month_micros"
            + " FROM readmodel.team_windows";

    private final ReadModelDatabase database = new ReadModelDatabase();
    private final UUID team = UUID.randomUUID();

    @Test
    void storesFirstReleaseOfWindow() throws Exception {
        assertThat(apply(window(3, false, 6))).isZero();
        assertThat(database.rows(ROW)).isEmpty();
        apply(window(4, true, 6), window(5, true, 7));
        assertThat(database.rows(ROW)).containsExactly("(released,6,4000,9000,4)");
        assertThat(apply(window(7, true, 9))).isZero();
        assertThat(apply(window(8, true, null))).isZero();
        assertThat(database.rows(ROW)).containsExactly("(released,6,4000,9000,4)");
    }

    @Test
    void keepsWithheldWindowWithheld() throws Exception {
        apply(window(1, true, null));
        assertThat(apply(window(1, true, 6))).isZero();
        assertThat(database.rows(ROW)).containsExactly("(budget_spent,,,,1)");
    }

    @Test
    void separatesWindowsBySizeAndTeam() throws Exception {
        apply(window(1, true, 6));
        TeamWindow day = window(1, true, 6);
        day.setSize(TeamWindowSize.DAY);
        apply(day);
        TeamWindow others = window(1, true, 6);
        others.setTeamId(UUID.randomUUID());
        database.apply(TeamWindows.projection(), List.of(new ProjectionEvent(0, others.getTeamId(), others)));
        assertThat(database.rows(ROW)).hasSize(3);
    }

    @Test
    void rejectsOutOfRangeFigures() {
        List<Consumer<TeamWindow>> faults = List.of(
                window -> window.setTeamId(UUID.randomUUID()),
                window -> window.setSize(TeamWindowSize.UNKNOWN),
                window -> window.setVersion(-1),
                window -> window.setMembers(-1),
                window -> window.setActiveSeconds(Long.MAX_VALUE),
                window -> window.setSize(TeamWindowSize.FIVE_MINUTES),
                window -> window.setOutcome(TeamWindowOutcome.UNKNOWN),
                window -> window.setSecondsInFlow(Long.MIN_VALUE),
                window -> window.setActiveSecondsMargin(-1L),
                window -> window.setRhoMonthMicros(-1),
                window -> window.setWindowStart(Instant.parse("2500-01-01T00:00:00Z")));
        for (Consumer<TeamWindow> fault : faults) {
            TeamWindow window = window(1, true, 6);
            fault.accept(window);
            assertThatThrownBy(() -> apply(window)).isInstanceOf(RejectedEventException.class);
        }
    }

    @Test
    void storesNegativeSumsAsTheyWereReleased() throws Exception {
        TeamWindow window = window(1, true, 6);
        window.setActiveSeconds(-17L);
        apply(window);
        assertThat(database.rows(ROW)).containsExactly("(released,6,-17,9000,1)");
    }

    private int apply(TeamWindow... windows) throws Exception {
        return database.apply(
                TeamWindows.projection(),
                Arrays.stream(windows)
                        .map(window -> new ProjectionEvent(0, team, window))
                        .toList());
    }

    private TeamWindow window(long version, boolean closed, @Nullable Integer members) {
        TeamWindow.Builder window = TeamWindow.newBuilder()
                .setTeamId(team)
                .setSize(TeamWindowSize.HOUR)
                .setWindowStart(START)
                .setVersion(version)
                .setClosed(closed)
                .setMembersMin(5)
                .setKeystrokesAMemberMax(0)
                .setSecondsAMemberMax(14_400)
                .setInterruptionsAMemberMax(8)
                .setOutcome(members == null ? TeamWindowOutcome.BUDGET_SPENT : TeamWindowOutcome.RELEASED)
                .setRhoMonthMicros(version);
        if (members != null) {
            window.setMembers(members)
                    .setActiveSeconds(4_000L)
                    .setActiveSecondsMargin(9_000L)
                    .setSecondsInFlow(1_000L)
                    .setInterruptions(7L);
        }
        return window.build();
    }
}
