package dev.mindfulcode.flowstream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.team.Contribution;
import dev.mindfulcode.flowengine.team.WindowSize;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.TeamContribution;
import dev.mindfulcode.schemas.TeamWindow;
import dev.mindfulcode.schemas.TeamWindowSize;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Windows of teams of five at least. */
class TeamWindowProcessorTest {

    private static final Instant START = StreamDriver.START;

    private StreamDriver stream = new StreamDriver();
    private final UUID team = UUID.randomUUID();
    private final Typing anna = Typing.someone();
    private final Typing ben = Typing.someone();
    private final Typing cleo = Typing.someone();
    private final Typing dan = Typing.someone();
    private final Typing eve = Typing.someone();
    private final Typing finn = Typing.someone();
    private final Typing[] five = {anna, ben, cleo, dan, eve};
    private final Typing[] six = {anna, ben, cleo, dan, eve, finn};

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void releasesWindowsOfEachSizeOnceTheyAreClosed() {
        consenting(six);
        type(START, six);
        closeAll();

        assertThat(windows()).hasSize(3);
        for (TeamWindowSize size : List.of(TeamWindowSize.FIVE_MINUTES, TeamWindowSize.HOUR, TeamWindowSize.DAY)) {
            TeamWindow window = window(team, size);
            assertThat(window.getMembers()).isEqualTo(6);
            assertThat(window.getKeystrokes()).isEqualTo(300);
            assertThat(window.getActiveSeconds()).isEqualTo(60);
            assertThat(window.getMeanIntensity()).isBetween(0.1, 0.9);
            assertThat(window.getSecondsInFlow()).isZero();
            assertThat(window.getClosed()).isTrue();
            assertThat(window.getVersion()).isEqualTo(1);
            assertThat(window.getMembersMin()).isEqualTo(5);
        }
        assertThat(window(team, TeamWindowSize.DAY).getWindowStart()).isEqualTo(Instant.parse("2026-03-02T00:00:00Z"));
        assertThat(window(team, TeamWindowSize.HOUR).getKeystrokesAMemberMax())
                .isEqualTo(WindowSize.HOUR.keystrokesPerMemberMax());
        assertThat(stream.deadLetters()).isEmpty();
    }

    @Test
    void publishesNothingOfOpenWindows() {
        consenting(six);
        type(START, five);
        settle();
        stream.typeLive(finn, finn.batch(0, START.plusSeconds(20), 37, 200));
        settle();
        stream.advance(Duration.ofHours(23));

        assertThat(windows()).isEmpty();
        assertThat(stream.count("mindful.stream.team.windows", "outcome", "released"))
                .isZero();
    }

    @Test
    void releasesNothingOfFourOrWithoutConsent() {
        consenting(anna, ben, cleo, dan);
        join(eve, team, START.minusSeconds(60));
        type(START, five);
        settle();
        consent(eve, team, START.plusSeconds(60), true);
        Instant later = START.plus(Duration.ofHours(1));
        type(later, five);
        closeAll();

        assertThat(windows())
                .filteredOn(window -> window.getSize() == TeamWindowSize.HOUR)
                .singleElement()
                .satisfies(window -> assertThat(window.getWindowStart()).isEqualTo(later));
        assertThat(window(team, TeamWindowSize.DAY).getKeystrokes())
                .as("the first hour's four are not the difference between the day and its hours")
                .isEqualTo(250);
        assertThat(stream.count("mindful.stream.team.windows", "outcome", "too_few"))
                .as("five minutes and an hour")
                .isEqualTo(2);
    }

    @Test
    void releasesNoWindowWithASingleMembersEvening() {
        consenting(six);
        type(START, five);
        Instant evening = START.plus(Duration.ofHours(11));
        stream.advanceTo(evening);
        Typing late = finn.inAnotherSession();
        stream.typeLive(late, late.batch(0, evening, 37, 200));
        closeAll();

        assertThat(windows()).hasSize(3).allSatisfy(window -> {
            assertThat(window.getMembers()).isEqualTo(5);
            assertThat(window.getKeystrokes()).isEqualTo(250);
        });
    }

    @Test
    void countsAMemberInEachTeam() {
        UUID other = UUID.randomUUID();
        consenting(five);
        for (Typing who : List.of(anna, ben, cleo, dan, finn)) {
            join(who, other, START.minusSeconds(60));
            consent(who, other, START.minusSeconds(60), true);
        }
        type(START, six);
        closeAll();

        assertThat(window(team, TeamWindowSize.DAY).getMembers()).isEqualTo(5);
        assertThat(window(other, TeamWindowSize.DAY).getMembers()).isEqualTo(5);
    }

    @Test
    void countsOnlyWhatWasTypedUnderConsent() {
        consenting(five);
        type(START, five);
        stream.advanceTo(START.plusSeconds(120));
        consent(anna, team, START.plusSeconds(120), false);
        account(ben, TeamEvents.left(team, START.plusSeconds(120)));
        account(cleo, TeamEvents.role(team, START.plusSeconds(120), true));
        type(START.plusSeconds(180), anna, ben, cleo);
        closeAll();

        assertThat(window(team, TeamWindowSize.HOUR).getKeystrokes()).isEqualTo(250);
        assertThat(window(team, TeamWindowSize.HOUR).getMembers()).isEqualTo(5);
    }

    @Test
    void isIndependentOfTheOrderOfTypingAndMembership() {
        type(START, five);
        settle();
        consenting(five);
        closeAll();

        assertThat(window(team, TeamWindowSize.HOUR).getKeystrokes()).isEqualTo(250);
    }

    @Test
    void removesASessionDeletedBeforeTheClose() {
        consenting(five);
        type(START, five);
        settle();
        stream.say(anna, SessionEventKind.DELETED, stream.now());
        closeAll();

        assertThat(windows()).isEmpty();
    }

    @Test
    void hidesASessionDeletedAfterAShorterWindowWasReleased() {
        consenting(six);
        type(START, six);
        settle();
        stream.advance(Duration.ofHours(26));
        assertThat(window(team, TeamWindowSize.HOUR).getKeystrokes()).isEqualTo(300);

        stream.say(anna, SessionEventKind.DELETED, stream.now());
        closeAll();

        assertThat(windows()).hasSize(3);
        assertThat(window(team, TeamWindowSize.DAY).getKeystrokes()).isEqualTo(300);
    }

    @Test
    void removesErasedUsersFromOpenWindowsAndStores() {
        consenting(six);
        type(START, six);
        settle();
        assertThat(stream.storesNaming(anna.userId())).contains("contributions", "memberships");

        stream.erase(anna.userId());
        closeAll();

        assertThat(window(team, TeamWindowSize.DAY).getMembers()).isEqualTo(5);
        assertThat(stream.storesNaming(anna.userId())).containsExactly("users");
    }

    @Test
    void withholdsWindowsThatEncloseAReleasedOneOfAnErasedUser() {
        consenting(six);
        type(START, six);
        settle();
        stream.advance(Duration.ofHours(24).plusMinutes(20));
        assertThat(windows()).extracting(TeamWindow::getSize).containsExactly(TeamWindowSize.FIVE_MINUTES);

        stream.erase(anna.userId());
        closeAll();

        assertThat(windows()).hasSize(3);
        for (TeamWindowSize size : List.of(TeamWindowSize.HOUR, TeamWindowSize.DAY)) {
            assertThat(window(team, size).getClosed()).isTrue();
            assertThat(window(team, size).getMembers()).isNull();
            assertThat(window(team, size).getKeystrokes()).isNull();
        }
        assertThat(window(team, TeamWindowSize.FIVE_MINUTES).getMembers()).isEqualTo(6);
        assertThat(stream.storesNaming(anna.userId())).containsExactly("users");
    }

    @Test
    void releasesEachWindowOnceADayAfterItsEnd() {
        consenting(five);
        type(START, five);
        settle();

        stream.advance(Duration.ofHours(23).plusMinutes(50));
        stream.advance(Duration.ofSeconds(5));
        assertThat(windows()).isEmpty();
        stream.advance(Duration.ofMinutes(30));
        assertThat(windows()).extracting(TeamWindow::getSize).containsExactly(TeamWindowSize.FIVE_MINUTES);
        stream.advance(Duration.ofHours(24));
        assertThat(windows()).extracting(TeamWindow::getSize).contains(TeamWindowSize.HOUR);
        stream.advance(Duration.ofHours(24));
        assertThat(windows()).hasSize(3);
        assertThat(stream.count("mindful.stream.team.windows", "outcome", "closed"))
                .isEqualTo(3);
    }

    @Test
    void releasesShorterWindowsFirst() {
        Instant lastMinutes = Instant.parse("2026-03-02T23:57:00Z");
        List<UUID> teams = List.of(team, UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());
        for (UUID one : teams) {
            for (Typing who : five) {
                join(who, one, START.minusSeconds(60));
                consent(who, one, START.minusSeconds(60), true);
            }
        }
        type(lastMinutes, five);
        settle();
        stream.advance(Duration.ofHours(25));

        for (UUID one : teams) {
            assertThat(windows().stream()
                            .filter(window -> window.getTeamId().equals(one))
                            .map(TeamWindow::getSize))
                    .containsExactly(TeamWindowSize.FIVE_MINUTES, TeamWindowSize.HOUR, TeamWindowSize.DAY);
        }
    }

    @Test
    void countsLateBatchesInLongerWindowsOfFive() {
        Typing gus = Typing.someone();
        consenting(anna, ben, cleo, dan, eve, finn, gus);
        type(START, six);
        type(START.plus(Duration.ofHours(5)), five);
        Instant received = START.plus(Duration.ofHours(25)).plusSeconds(60);
        stream.advanceTo(received);
        stream.type(gus, gus.batch(0, START, received, Typing.letters(50, 200)));
        closeAll();
        assertThat(window(team, TeamWindowSize.DAY).getMembers())
                .as("one who was offline would be the difference between the day and its hours")
                .isEqualTo(6);
        assertThat(window(team, TeamWindowSize.DAY).getKeystrokes()).isEqualTo(550);

        stream.close();
        stream = new StreamDriver();
        consenting(six);
        type(START, six);
        stream.advanceTo(received);
        for (Typing who : five) {
            Typing offline = who.inAnotherSession();
            stream.type(offline, offline.batch(0, START, received, Typing.letters(50, 200)));
        }
        closeAll();
        assertThat(window(team, TeamWindowSize.HOUR).getKeystrokes()).isEqualTo(300);
        assertThat(window(team, TeamWindowSize.DAY).getKeystrokes()).isEqualTo(550);
    }

    @Test
    void doesNotCorrectReleasedWindows() {
        consenting(six);
        type(START, five);
        closeAll();
        assertThat(windows()).hasSize(3);

        // Its partition was behind: ingest had received it in time.
        stream.type(finn, finn.batch(0, START, START.plusSeconds(10), Typing.letters(50, 200)));
        closeAll();

        assertThat(windows()).hasSize(3);
        assertThat(window(team, TeamWindowSize.HOUR).getMembers()).isEqualTo(5);
        assertThat(stream.count("mindful.stream.team.contributions.dropped")).isEqualTo(3);
    }

    @Test
    void releasesAWindowOfTooFewWhenALaggingPartitionBringsMore() {
        consenting(five);
        type(START, anna, ben, cleo, dan);
        closeAll();
        assertThat(windows()).isEmpty();

        stream.type(eve, eve.batch(0, START, START.plusSeconds(10), Typing.letters(50, 200)));
        settle();
        assertThat(windows()).isEmpty();
        stream.advance(TeamWindowProcessor.QUIET_PERIOD);
        stream.advance(TeamWindowProcessor.QUIET_PERIOD);

        assertThat(windows())
                .hasSize(3)
                .allSatisfy(window -> assertThat(window.getMembers()).isEqualTo(5));
    }

    @Test
    void withholdsAShortWindowAfterTheEnclosingOneWasReleased() {
        consenting(six);
        type(START, five);
        closeAll();
        // All of another hour of the same day lagged.
        Instant later = START.plus(Duration.ofHours(2));
        for (Typing who : five) {
            Typing session = who.inAnotherSession();
            stream.type(session, session.batch(0, later, later.plusSeconds(10), Typing.letters(50, 200)));
        }
        closeAll();

        assertThat(windows())
                .filteredOn(window -> window.getMembers() != null)
                .extracting(TeamWindow::getWindowStart)
                .doesNotContain(later);
    }

    @Test
    void closesWindowsInAReplayAfterTheSlowestPartition() {
        stream.advance(Duration.ofDays(5));
        consenting(six);
        for (Typing who : five) {
            stream.type(who, who.batch(0, START, 50, 200));
        }
        stream.type(cleo.inAnotherSession(), cleo.inAnotherSession().batch(0, START.plus(Duration.ofDays(3)), 5, 100));
        settle();
        stream.advance(Duration.ofSeconds(30));
        assertThat(windows()).isEmpty();
        stream.type(finn, finn.batch(0, START, 50, 200));
        settle();
        stream.advance(TeamWindowProcessor.QUIET_PERIOD);
        stream.advance(TeamWindowProcessor.QUIET_PERIOD);

        assertThat(window(team, TeamWindowSize.HOUR).getMembers()).isEqualTo(6);
        assertThat(stream.count("mindful.stream.team.contributions.dropped")).isZero();
    }

    @Test
    void aFutureReceiptClosesNoWindowsOfOthers() {
        consenting(five);
        type(START, five);
        stream.type(
                finn, finn.batch(0, stream.now(), stream.now().plus(Duration.ofMinutes(50)), Typing.letters(5, 100)));
        settle();
        stream.advance(Duration.ofHours(1));

        assertThat(windows()).isEmpty();
    }

    @Test
    void restoresOpenAndReleasedWindowsAfterARestart() {
        consenting(six);
        type(START, five);
        stream = stream.restarted();
        settle();
        stream = stream.restarted();
        closeAll();
        assertThat(windows()).hasSize(3);
        assertThat(window(team, TeamWindowSize.HOUR).getKeystrokes()).isEqualTo(250);

        stream = stream.restarted();
        stream.type(finn, finn.batch(0, START, START.plusSeconds(10), Typing.letters(50, 200)));
        closeAll();
        assertThat(windows()).isEmpty();
    }

    @Test
    void expiresWindowsAndContributionsAfterTheirRetention() {
        consenting(six);
        type(START, five);
        closeAll();
        assertThat(stream.storesNaming(anna.userId())).contains("contributions");

        for (int week = 1; week <= 5; week++) {
            stream.advance(Duration.ofDays(7));
            type(stream.now(), finn);
            settle();
        }
        stream = stream.restarted(); // with an empty cache

        assertThat(stream.storesNaming(anna.userId())).doesNotContain("contributions");
        assertThat(stream.storesNaming(finn.userId())).contains("contributions");
    }

    @Test
    void windowsInTheFarFutureExpireNoOthers() {
        consenting(five);
        type(START, five);
        settle();
        contribute(START.plus(Duration.ofDays(3_650)), finn);
        settle();
        closeAll();

        assertThat(window(team, TeamWindowSize.HOUR).getKeystrokes()).isEqualTo(250);
        assertThat(stream.count("mindful.stream.team.contributions.dropped")).isZero();
    }

    @Test
    void windowsFromTheFarPastAreReleased() {
        consenting(six);
        type(START, five);
        settle();
        Instant longAgo = Instant.parse("2016-03-02T09:00:00Z");
        contribute(longAgo, six);
        closeAll();

        assertThat(windows())
                .filteredOn(window -> window.getWindowStart().equals(longAgo))
                .singleElement()
                .satisfies(window -> assertThat(window.getKeystrokes()).isEqualTo(6 * 40));
    }

    /** Puts what each member contributes to an hour into the topic between the two sides of the stream. */
    private void contribute(Instant hour, Typing... people) {
        for (Typing who : people) {
            Contribution contribution = new Contribution(WindowSize.HOUR);
            contribution.addMinute(hour.toEpochMilli(), 40, 30_000, 0, 0, 0);
            stream.pipe(
                    Topics.TEAM_CONTRIBUTIONS,
                    team,
                    TeamContribution.newBuilder()
                            .setUserId(who.userId())
                            .setReceivedAt(stream.now())
                            .setSizeCode(WindowSize.HOUR.code())
                            .setWindowStart(hour)
                            .setTotals(ByteBuffer.wrap(contribution.encode()))
                            .build());
        }
    }

    @Test
    void deadLettersIncompleteMembershipEvents() {
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

    /** Three days pass, after which all windows of the first are closed. */
    private void closeAll() {
        settle();
        stream.advance(Duration.ofHours(72));
        stream.advance(TeamWindowProcessor.QUIET_PERIOD);
        stream.advance(TeamWindowProcessor.QUIET_PERIOD);
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
