package dev.mindfulcode.flowstream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.engine.team.WindowSize;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.TeamWindow;
import dev.mindfulcode.schemas.TeamWindowSize;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Windows of teams of three at least. */
class TeamWindowsTest {

    private static final Instant START = StreamDriver.START;

    private StreamDriver stream = new StreamDriver();
    private final UUID team = UUID.randomUUID();
    private final Typing anna = Typing.someone();
    private final Typing ben = Typing.someone();
    private final Typing cleo = Typing.someone();
    private final Typing dan = Typing.someone();

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void addsConsentingMembersUpInWindowsOfEachSize() {
        consenting(anna, ben, cleo, dan);
        type(START, anna, ben, cleo, dan);
        settle();

        for (TeamWindowSize size : List.of(TeamWindowSize.FIVE_MINUTES, TeamWindowSize.HOUR, TeamWindowSize.DAY)) {
            TeamWindow window = window(team, size);
            assertThat(window.getMembers()).isEqualTo(4);
            assertThat(window.getKeystrokes()).isEqualTo(200);
            assertThat(window.getActiveSeconds()).isEqualTo(40);
            assertThat(window.getMeanIntensity()).isBetween(0.1, 0.9);
            assertThat(window.getSecondsInFlow()).isZero();
            assertThat(window.getClosed()).isFalse();
            assertThat(window.getMembersMin()).isEqualTo(3);
        }
        assertThat(window(team, TeamWindowSize.DAY).getWindowStart()).isEqualTo(Instant.parse("2026-03-02T00:00:00Z"));
        assertThat(window(team, TeamWindowSize.HOUR).getKeystrokesAMemberMax())
                .isEqualTo(WindowSize.HOUR.keystrokesAMemberMax());
        assertThat(stream.deadLetters()).isEmpty();
    }

    @Test
    void tellsNothingOfTooFewNorOfThoseWhoDidNotConsent() {
        consenting(anna, ben);
        join(cleo, team, START.minusSeconds(60));
        type(START, anna, ben, cleo);
        settle();
        assertThat(windows()).isEmpty();

        consent(cleo, team, START.plusSeconds(60), true);
        type(START.plusSeconds(120), cleo);
        settle();

        assertThat(window(team, TeamWindowSize.HOUR).getMembers()).isEqualTo(3);
        assertThat(window(team, TeamWindowSize.HOUR).getKeystrokes())
                .as("not what was typed before")
                .isEqualTo(150);
    }

    @Test
    void countsSomebodyInEachOfTheirTeams() {
        UUID other = UUID.randomUUID();
        consenting(anna, ben, cleo);
        for (Typing who : List.of(anna, ben, dan)) {
            join(who, other, START.minusSeconds(60));
            consent(who, other, START.minusSeconds(60), true);
        }
        type(START, anna, ben, cleo, dan);
        settle();

        assertThat(window(team, TeamWindowSize.DAY).getMembers()).isEqualTo(3);
        assertThat(window(other, TeamWindowSize.DAY).getMembers()).isEqualTo(3);
    }

    @Test
    void keepsWhatWasTypedUnderConsentThatWasWithdrawnLaterAndTakesNothingMore() {
        consenting(anna, ben, cleo);
        type(START, anna, ben, cleo);
        stream.advanceTo(START.plusSeconds(120));
        consent(anna, team, START.plusSeconds(120), false);
        account(ben, TeamEvents.left(team, START.plusSeconds(120)));
        account(cleo, TeamEvents.role(team, START.plusSeconds(120), true));
        type(START.plusSeconds(180), anna, ben, cleo);
        settle();

        assertThat(window(team, TeamWindowSize.HOUR).getKeystrokes()).isEqualTo(150);
        assertThat(window(team, TeamWindowSize.HOUR).getMembers()).isEqualTo(3);
    }

    @Test
    void itDoesNotMatterWhetherTypingOrMembershipIsReadFirst() {
        type(START, anna, ben, cleo);
        settle();
        assertThat(windows()).isEmpty();

        consenting(anna, ben, cleo);
        settle();

        assertThat(window(team, TeamWindowSize.HOUR).getKeystrokes()).isEqualTo(150);
    }

    @Test
    void aMemberWhoDeletesTheirSessionLeavesTheWindowWhichIsThenTooSmall() {
        consenting(anna, ben, cleo);
        type(START, anna, ben, cleo);
        settle();
        long version = window(team, TeamWindowSize.HOUR).getVersion();

        stream.say(anna, SessionEventKind.DELETED, stream.now());
        settle();

        TeamWindow tooFew = window(team, TeamWindowSize.HOUR);
        assertThat(tooFew.getVersion()).isGreaterThan(version);
        assertThat(tooFew.getMembers()).isNull();
        assertThat(tooFew.getKeystrokes()).isNull();
        assertThat(tooFew.getMeanIntensity()).isNull();
        assertThat(tooFew.getFocusOverlapSeconds()).isNull();
    }

    @Test
    void erasedPeopleLeaveOpenWindowsAndNothingOfTheirsIsKept() {
        consenting(anna, ben, cleo, dan);
        type(START, anna, ben, cleo, dan);
        settle();
        assertThat(stream.storesNaming(anna.userId())).contains("contributions", "memberships");

        account(anna, TeamEvents.erased(stream.now()));
        settle();

        assertThat(window(team, TeamWindowSize.DAY).getMembers()).isEqualTo(3);
        assertThat(stream.storesNaming(anna.userId())).containsExactly("people");
    }

    @Test
    void closesEachWindowOnceADayAfterItsEndAndTellsThat() {
        consenting(anna, ben, cleo);
        type(START, anna, ben, cleo);
        settle();
        int told = windows().size();

        stream.advance(Duration.ofHours(23).plusMinutes(50));
        stream.advance(Duration.ofSeconds(5));
        assertThat(windows()).hasSize(told);
        stream.advance(Duration.ofMinutes(30));
        assertThat(window(team, TeamWindowSize.FIVE_MINUTES).getClosed()).isTrue();
        assertThat(window(team, TeamWindowSize.HOUR).getClosed()).isFalse();
        stream.advance(Duration.ofHours(24));
        assertThat(window(team, TeamWindowSize.DAY).getClosed()).isTrue();

        assertThat(windows()).hasSize(told + 3);
        assertThat(stream.count("mindful.stream.team.windows", "outcome", "closed"))
                .isEqualTo(3);
    }

    @Test
    void ofWindowsThatCloseAtOnceTheShorterAreToldFirst() {
        Instant lastMinutes = Instant.parse("2026-03-02T23:57:00Z");
        List<UUID> teams = List.of(team, UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());
        for (UUID one : teams) {
            for (Typing who : List.of(anna, ben, cleo)) {
                join(who, one, START.minusSeconds(60));
                consent(who, one, START.minusSeconds(60), true);
            }
        }
        type(lastMinutes, anna, ben, cleo);
        settle();
        stream.advance(Duration.ofHours(25));

        for (UUID one : teams) {
            assertThat(windows().stream()
                            .filter(window -> window.getTeamId().equals(one) && window.getClosed())
                            .map(TeamWindow::getSize))
                    .containsExactly(TeamWindowSize.FIVE_MINUTES, TeamWindowSize.HOUR, TeamWindowSize.DAY);
        }
    }

    @Test
    void whatCameTooLateForAShortWindowStillCountsInALongerOne() {
        consenting(anna, ben, cleo, dan);
        type(START, anna, ben, cleo);
        Instant received = START.plus(Duration.ofHours(25)).plusSeconds(60);
        stream.advanceTo(received);
        stream.type(dan, dan.batch(0, START, received, Typing.letters(50, 200)));
        settle();

        assertThat(window(team, TeamWindowSize.FIVE_MINUTES).getMembers()).isEqualTo(3);
        assertThat(window(team, TeamWindowSize.HOUR).getMembers()).isEqualTo(3);
        assertThat(window(team, TeamWindowSize.DAY).getMembers()).isEqualTo(4);
    }

    @Test
    void whatWasInTimeAndComesThroughAfterTheCloseAmendsTheWindow() {
        consenting(anna, ben, cleo, dan);
        type(START, anna, ben, cleo);
        settle();
        stream.advance(Duration.ofHours(72));
        assertThat(window(team, TeamWindowSize.HOUR).getClosed()).isTrue();

        // Its partition was behind: ingest had received it in time.
        stream.type(dan, dan.batch(0, START, START.plusSeconds(10), Typing.letters(50, 200)));
        settle();

        assertThat(window(team, TeamWindowSize.HOUR).getMembers()).isEqualTo(4);
        assertThat(window(team, TeamWindowSize.HOUR).getClosed()).isTrue();
        assertThat(stream.count("mindful.stream.team.windows", "outcome", "amended"))
                .isEqualTo(3);
    }

    @Test
    void aReplayClosesAWindowOnceTheSlowestPartitionHasBeenReadToo() {
        stream.advance(Duration.ofDays(5));
        consenting(anna, ben, cleo, dan);
        stream.type(anna, anna.batch(0, START, 50, 200));
        stream.type(ben, ben.batch(0, START, 50, 200));
        stream.type(cleo, cleo.batch(0, START, 50, 200));
        stream.type(cleo.inAnotherSession(), cleo.inAnotherSession().batch(0, START.plus(Duration.ofDays(3)), 5, 100));
        settle();
        stream.advance(Duration.ofSeconds(30));
        assertThat(window(team, TeamWindowSize.HOUR).getClosed()).isFalse();
        stream.type(dan, dan.batch(0, START, 50, 200));
        settle();
        stream.advance(TeamWindows.QUIET_FOR);
        stream.advance(TeamWindows.QUIET_FOR);

        assertThat(window(team, TeamWindowSize.HOUR).getClosed()).isTrue();
        assertThat(window(team, TeamWindowSize.HOUR).getMembers()).isEqualTo(4);
        assertThat(stream.count("mindful.stream.team.windows", "outcome", "amended"))
                .isZero();
    }

    @Test
    void nobodysClockClosesTheWindowsOfOthers() {
        consenting(anna, ben, cleo);
        type(START, anna, ben, cleo);
        stream.type(dan, dan.batch(0, stream.now(), stream.now().plus(Duration.ofMinutes(50)), Typing.letters(5, 100)));
        settle();
        stream.advance(Duration.ofHours(1));

        assertThat(window(team, TeamWindowSize.FIVE_MINUTES).getClosed()).isFalse();
    }

    @Test
    void keepsWhatIsUntoldOverARestart() {
        consenting(anna, ben, cleo);
        type(START, anna, ben, cleo);
        stream = stream.restarted();
        settle();
        assertThat(window(team, TeamWindowSize.HOUR).getKeystrokes()).isEqualTo(150);

        stream = stream.restarted();
        stream.advance(Duration.ofHours(72));
        stream.advance(Duration.ofSeconds(5));
        assertThat(windows()).hasSize(3).allMatch(TeamWindow::getClosed);
    }

    @Test
    void letsGoOfOldWindowsAndOfWhatTheirMembersAdded() {
        consenting(anna, ben, cleo);
        type(START, anna, ben, cleo);
        settle();
        stream.advance(Duration.ofHours(72));
        assertThat(stream.storesNaming(anna.userId())).contains("contributions");

        stream.advance(TeamWindows.KEPT_FOR.plusDays(1));
        stream.advance(Duration.ofSeconds(20));
        assertThat(stream.storesNaming(anna.userId())).doesNotContain("contributions");
    }

    @Test
    void aMembershipThatSaysTooLittleIsADeadLetter() {
        AccountEvent noTeam = TeamEvents.joined(team, START);
        noTeam.setTeamId(null);
        AccountEvent noConsent = TeamEvents.consent(team, START, true);
        noConsent.setTeamConsent(null);
        account(anna, noTeam);
        account(anna, noConsent);

        assertThat(stream.deadLetters()).extracting(DeadLetter::getReason).containsExactly("incomplete", "incomplete");
    }

    private void consenting(Typing... people) {
        for (Typing who : people) {
            join(who, team, START.minusSeconds(60));
            consent(who, team, START.minusSeconds(60), true);
        }
    }

    private void join(Typing who, UUID teamId, Instant at) {
        account(who, TeamEvents.joined(teamId, at));
    }

    private void consent(Typing who, UUID teamId, Instant at, boolean given) {
        account(who, TeamEvents.consent(teamId, at, given));
    }

    private void account(Typing who, AccountEvent event) {
        stream.account(who.userId(), event);
    }

    /** Ten seconds and fifty keys of each. */
    private void type(Instant at, Typing... people) {
        for (Typing who : people) {
            Typing session = at.equals(START) ? who : who.inAnotherSession();
            stream.typeLive(session, session.batch(0, at, 50, 200));
        }
    }

    private void settle() {
        stream.advance(Duration.ofSeconds(6));
        stream.advance(Duration.ofSeconds(3));
    }

    private List<TeamWindow> windows() {
        return stream.all(Topics.TEAM_FLOW);
    }

    private TeamWindow window(UUID teamId, TeamWindowSize size) {
        return requireNonNull(windows().stream()
                .filter(window -> window.getTeamId().equals(teamId) && window.getSize() == size)
                .reduce((earlier, later) -> later)
                .orElse(null));
    }
}
