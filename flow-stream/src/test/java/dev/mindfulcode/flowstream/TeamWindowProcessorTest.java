package dev.mindfulcode.flowstream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.team.Contribution;
import dev.mindfulcode.flowengine.team.PrivacyBudget;
import dev.mindfulcode.flowengine.team.TeamDayRelease;
import dev.mindfulcode.flowengine.team.TeamDayRelease.MemberDay;
import dev.mindfulcode.flowengine.team.TeamDayRelease.Noised;
import dev.mindfulcode.flowengine.team.TeamFigure;
import dev.mindfulcode.flowengine.team.WindowSize;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.TeamContribution;
import dev.mindfulcode.schemas.TeamWindow;
import dev.mindfulcode.schemas.TeamWindowOutcome;
import dev.mindfulcode.schemas.TeamWindowSize;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Days of teams with at least five members who consented the day before. */
class TeamWindowProcessorTest {

    private static final Instant START = StreamDriver.START;
    private static final Instant TODAY = Instant.parse("2026-03-02T00:00:00Z");
    private static final Instant TOMORROW = Instant.parse("2026-03-03T00:00:00Z");
    private static final Instant YESTERDAY = START.minus(Duration.ofDays(1));

    /** Active time of {@link #type}: fifty keys in ten seconds. */
    private static final long TYPED_MS = 10_000;

    private final BreakableKeys keys = new BreakableKeys();
    private StreamDriver stream = new StreamDriver(keys);
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
    void releasesEachDayOnceItIsClosed() {
        consenting(six);
        type(START, six);
        closeAll();

        assertThat(windows()).extracting(TeamWindow::getWindowStart).containsExactly(TODAY, TOMORROW);
        TeamWindow today = day(TODAY);
        assertReleased(today, 6, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS);
        assertThat(today.getClosed()).isTrue();
        assertThat(today.getVersion()).isEqualTo(1);
        assertThat(today.getMembersMin()).isEqualTo(5);
        assertThat(today.getRhoMicros()).isEqualTo(500_000);
        assertThat(today.getRhoMonthMicros()).isEqualTo(500_000);
        assertThat(today.getRhoMonthMaxMicros()).isEqualTo(15_500_000);
        assertThat(today.getKeystrokes()).as("costs more than it reveals").isNull();
        assertThat(today.getMeanIntensity()).isNull();
        assertReleased(day(TOMORROW), 6);
        assertThat(day(TOMORROW).getRhoMonthMicros()).isEqualTo(1_000_000);
        assertThat(stream.deadLetters()).isEmpty();
    }

    /** The attack of a member without consent: poll for an hour while one colleague types. */
    @Test
    void publishesNothingOfOpenDays() {
        consenting(six);
        type(START, five);
        settle();
        for (int i = 0; i < 60; i++) {
            Instant at = START.plusSeconds(60L * (i + 1));
            stream.typeLive(finn, finn.batch(i, at, 37, 200));
            settle();
            assertThat(windows()).isEmpty();
        }
        stream.advance(Duration.ofHours(37));

        assertThat(windows()).isEmpty();
        assertThat(stream.count("mindful.stream.team.releases", "outcome", "released"))
                .isZero();
    }

    @Test
    void releasesNothingOfFourOrWithoutConsent() {
        consenting(anna, ben, cleo, dan);
        join(eve, team, YESTERDAY);
        type(START, five);
        closeAll();

        assertThat(windows()).isEmpty();
        assertThat(stream.count("mindful.stream.team.releases", "outcome", "too_few"))
                .isPositive();
    }

    /** The existence of a window must not reveal that somebody worked, or that few did. */
    @Test
    void releasesDaysByMembershipEvenWithoutActivity() {
        consenting(six);
        type(START, finn);
        closeAll();

        assertReleased(day(TODAY), 6, TYPED_MS);
    }

    @Test
    void releasesHoursOfLargeTeams() {
        Typing[] people = new Typing[TeamDayRelease.HOURS_MEMBERS_MIN];
        Arrays.setAll(people, _ -> Typing.someone());
        consenting(people);
        type(START, people);
        closeAll();

        List<TeamWindow> today = windows().stream()
                .filter(window -> window.getWindowStart().isBefore(TOMORROW))
                .toList();
        assertThat(today).hasSize(25);
        assertThat(today.getLast().getSize()).isEqualTo(TeamWindowSize.DAY);
        assertThat(today.getLast().getRhoMicros()).isEqualTo(500_000);
        assertThat(today.subList(0, 24)).allSatisfy(hour -> {
            assertThat(hour.getSize()).isEqualTo(TeamWindowSize.HOUR);
            assertThat(hour.getActiveSeconds()).isNotNull();
            assertThat(hour.getActiveSecondsMargin()).isPositive();
            assertThat(hour.getSecondsInFlow()).isNull();
            assertThat(hour.getRhoMicros()).isZero();
        });
    }

    @Test
    void membershipCountsFromTheNextDay() {
        Typing gus = Typing.someone();
        consenting(six);
        type(START, six);
        stream.advanceTo(START.plusSeconds(120));
        consent(finn, team, START.plusSeconds(120), false);
        join(gus, team, START.plusSeconds(120));
        consent(gus, team, START.plusSeconds(120), true);
        type(START.plusSeconds(180), gus, anna);
        type(START.plus(Duration.ofDays(1)), gus, finn);
        closeAll();

        assertReleased(day(TODAY), 5, 2 * TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS);
        assertReleased(day(TOMORROW), 6, TYPED_MS);
    }

    @Test
    void leavingAndBecomingAViewerRemoveTheDay() {
        Typing gus = Typing.someone();
        consenting(anna, ben, cleo, dan, eve, finn, gus);
        type(START, anna, finn, gus);
        stream.advanceTo(START.plusSeconds(120));
        account(finn, TeamEvents.left(team, START.plusSeconds(120)));
        account(gus, TeamEvents.role(team, START.plusSeconds(120), true));
        closeAll();

        assertReleased(day(TODAY), 5, TYPED_MS);
    }

    @Test
    void countsAMemberInEachTeam() {
        UUID other = UUID.randomUUID();
        consenting(five);
        for (Typing who : List.of(anna, ben, cleo, dan, finn)) {
            join(who, other, YESTERDAY);
            consent(who, other, YESTERDAY, true);
        }
        type(START, six);
        closeAll();

        assertThat(windows())
                .filteredOn(window -> window.getWindowStart().equals(TODAY))
                .extracting(TeamWindow::getTeamId)
                .containsExactlyInAnyOrder(team, other);
        assertThat(windows())
                .allSatisfy(window -> assertThat(window.getMembers()).isEqualTo(5));
    }

    @Test
    void isIndependentOfTheOrderOfTypingAndMembership() {
        type(START, five);
        settle();
        consenting(five);
        closeAll();

        assertReleased(day(TODAY), 5, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS);
    }

    /** Same events, same figures to the second, and the budget is charged as before. */
    @Test
    void replayReproducesEachRelease() {
        List<TeamWindow> first = releasesOfThreeDays();
        stream.close();
        stream = new StreamDriver();

        assertThat(releasesOfThreeDays()).isEqualTo(first).hasSize(3);
        assertThat(first.getLast().getRhoMonthMicros()).isEqualTo(1_500_000);
    }

    private List<TeamWindow> releasesOfThreeDays() {
        consenting(six);
        for (int day = 0; day < 3; day++) {
            type(START.plus(Duration.ofDays(day)), six);
        }
        settle();
        stream.advanceTo(START.plus(Duration.ofHours(92)));
        quiet();
        return windows();
    }

    @Test
    void withholdsDaysBeyondTheBudgetOfTheMonth() {
        stream.close();
        stream = new StreamDriver(new TeamPrivacy(5, new PrivacyBudget(500_000, 900_000), new byte[32]));
        consenting(six);
        type(START, six);
        settle();
        stream.advanceTo(Instant.parse("2026-04-03T01:00:00Z"));
        quiet();

        assertReleased(day(TODAY), 6, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS);
        TeamWindow refused = day(TOMORROW);
        assertThat(refused.getOutcome()).isEqualTo(TeamWindowOutcome.BUDGET_SPENT);
        assertThat(refused.getMembers()).isNull();
        assertThat(refused.getActiveSeconds()).isNull();
        assertThat(refused.getRhoMicros()).isZero();
        assertThat(refused.getRhoMonthMicros()).isEqualTo(500_000);
        assertThat(refused.getRhoMonthMaxMicros()).isEqualTo(900_000);
        assertThat(day(Instant.parse("2026-03-31T00:00:00Z")).getOutcome()).isEqualTo(TeamWindowOutcome.BUDGET_SPENT);
        assertThat(day(Instant.parse("2026-04-01T00:00:00Z")).getOutcome())
                .as("a new month")
                .isEqualTo(TeamWindowOutcome.RELEASED);
        assertThat(stream.count("mindful.stream.team.releases", "outcome", "budget_spent"))
                .isEqualTo(29);
        assertThat(stream.meters.get("mindful.stream.team.budget.left").gauge().value())
                .as("of the new month")
                .isEqualTo(0.4);
    }

    @Test
    void removesASessionDeletedBeforeTheClose() {
        consenting(six);
        type(START, six);
        settle();
        stream.say(anna, SessionEventKind.DELETED, stream.now());
        closeAll();

        assertReleased(day(TODAY), 6, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS);
    }

    @Test
    void removesErasedUsersFromOpenDaysAndStores() {
        consenting(six);
        type(START, six);
        settle();
        assertThat(stream.storesNaming(anna.userId())).contains("contributions", "memberships", "team-members");

        stream.erase(anna.userId());
        closeAll();

        assertReleased(day(TODAY), 5, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS);
        assertThat(stream.storesNaming(anna.userId())).containsExactly("users");
    }

    @Test
    void countsNoMemberWithoutAKey() {
        consenting(six);
        type(START, six);
        settle();

        keys.destroy(anna.userId());
        closeAll();

        assertReleased(day(TODAY), 5, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS);
        assertThat(stream.deadLetters()).isEmpty();
    }

    @Test
    void releasesDaysOnceTheKeysAreAvailableAgain() {
        consenting(five);
        type(START, five);
        settle();

        keys.setAvailable(false);
        stream = stream.restarted();
        closeAll();
        assertThat(windows()).isEmpty();
        keys.setAvailable(true);
        Kafka.await("a day is released", Duration.ofMinutes(1), () -> {
            stream.advance(Duration.ofMinutes(1));
            return !windows().isEmpty();
        });

        assertReleased(day(TODAY), 5, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS);
    }

    @Test
    void releasesADayTenMinutesAfterItsLateness() {
        consenting(five);
        type(START, five);
        settle();
        stream.advanceTo(Instant.parse("2026-03-04T00:09:00Z"));
        stream.advance(Duration.ofSeconds(5));
        assertThat(windows()).isEmpty();

        stream.advance(Duration.ofMinutes(2));
        assertThat(windows()).extracting(TeamWindow::getWindowStart).containsExactly(TODAY);
        stream.advance(Duration.ofHours(23));
        assertThat(windows()).hasSize(1);
        stream.advance(Duration.ofHours(1));
        assertThat(windows()).extracting(TeamWindow::getWindowStart).containsExactly(TODAY, TOMORROW);
    }

    @Test
    void deletesContributionsWithTheRelease() {
        consenting(six);
        type(START, six);
        settle();
        assertThat(stream.storesNaming(anna.userId())).contains("contributions");
        closeAll();

        assertThat(stream.storesNaming(anna.userId())).doesNotContain("contributions");
    }

    @Test
    void countsLateBatches() {
        consenting(six);
        type(START, five);
        Instant received = Instant.parse("2026-03-03T23:00:00Z");
        stream.advanceTo(received);
        stream.type(finn, finn.batch(0, START, received, Typing.letters(50, 200)));
        closeAll();

        assertReleased(day(TODAY), 6, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS);
    }

    @Test
    void doesNotCorrectReleasedDays() {
        consenting(six);
        type(START, five);
        closeAll();
        assertThat(windows()).hasSize(2);

        // Its partition was behind: ingest had received it in time.
        stream.type(finn, finn.batch(0, START, START.plusSeconds(10), Typing.letters(50, 200)));
        closeAll();

        assertThat(windows())
                .filteredOn(window -> window.getWindowStart().equals(TODAY))
                .hasSize(1);
        assertThat(stream.count("mindful.stream.team.contributions.dropped"))
                .as("an hour and a day")
                .isEqualTo(2);
    }

    @Test
    void releasesADayOfTooFewWhenALaggingPartitionBringsMore() {
        consenting(anna, ben, cleo, dan);
        type(START, anna, ben, cleo, dan);
        closeAll();
        assertThat(windows()).isEmpty();

        consenting(eve);
        stream.type(eve, eve.batch(0, START, START.plusSeconds(10), Typing.letters(50, 200)));
        settle();
        assertThat(windows()).isEmpty();
        quiet();

        assertThat(windows()).hasSizeGreaterThanOrEqualTo(2);
        assertReleased(day(TODAY), 5, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS);
    }

    @Test
    void closesDaysInAReplayAfterTheSlowestPartition() {
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
        quiet();

        assertReleased(day(TODAY), 6, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS);
        assertThat(stream.count("mindful.stream.team.contributions.dropped")).isZero();
    }

    @Test
    void aFutureReceiptClosesNoDaysOfOthers() {
        consenting(five);
        type(START, five);
        stream.type(finn, finn.batch(0, stream.now(), stream.now().plus(Duration.ofHours(50)), Typing.letters(5, 100)));
        settle();
        stream.advance(Duration.ofHours(1));

        assertThat(windows()).isEmpty();
    }

    @Test
    void restoresOpenAndReleasedDaysAfterARestart() {
        consenting(six);
        type(START, five);
        stream = stream.restarted();
        settle();
        stream = stream.restarted();
        closeAll();
        assertReleased(day(TODAY), 6, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS);

        stream = stream.restarted();
        stream.type(finn, finn.batch(0, START, START.plusSeconds(10), Typing.letters(50, 200)));
        closeAll();
        assertThat(windows()).isEmpty();
        assertThat(stream.count("mindful.stream.team.contributions.dropped")).isEqualTo(2);
    }

    @Test
    void expiresContributionsThatAreNotReleasedAfterTheirRetention() {
        consenting(anna, finn);
        type(START, anna);
        settle();
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
    void contributionsInTheFarFutureExpireNoOthers() {
        consenting(five);
        type(START, five);
        settle();
        contribute(START.plus(Duration.ofDays(3_650)), finn);
        settle();
        closeAll();

        assertReleased(day(TODAY), 5, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS, TYPED_MS);
        assertThat(stream.count("mindful.stream.team.contributions.dropped")).isZero();
    }

    /** Puts what each member contributes to an hour into the topic between the two sides of the stream. */
    private void contribute(Instant hour, Typing... people) {
        for (Typing who : people) {
            Contribution contribution = new Contribution();
            contribution.addMinute(30_000, 0, 0);
            stream.pipe(
                    Topics.TEAM_CONTRIBUTIONS,
                    team,
                    TeamContribution.newBuilder()
                            .setUserId(who.userId())
                            .setReceivedAt(stream.now())
                            .setSizeCode(WindowSize.HOUR.code())
                            .setWindowStart(hour)
                            .setTotals(ContributionSeal.seal(contribution.encode(), keys.create(who.userId())))
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
            join(who, team, YESTERDAY);
            consent(who, team, YESTERDAY, true);
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

    /** Three days pass, after which the first day and the next one are closed. */
    private void closeAll() {
        settle();
        stream.advance(Duration.ofHours(72));
        quiet();
    }

    private void quiet() {
        stream.advance(TeamWindowProcessor.QUIET_PERIOD);
        stream.advance(TeamWindowProcessor.QUIET_PERIOD);
    }

    private List<TeamWindow> windows() {
        return stream.all(Topics.TEAM_FLOW);
    }

    private TeamWindow day(Instant start) {
        return requireNonNull(windows().stream()
                .filter(window -> window.getTeamId().equals(team)
                        && window.getSize() == TeamWindowSize.DAY
                        && window.getWindowStart().equals(start))
                .findFirst()
                .orElse(null));
    }

    /** Noise is a function of the exact sum, so equal figures mean equal sums. */
    private void assertReleased(TeamWindow day, int members, long... activeMs) {
        List<MemberDay> active = new ArrayList<>();
        for (long ms : activeMs) {
            Contribution contribution = new Contribution();
            contribution.addMinute(ms, 0, 0);
            active.add(new MemberDay(contribution, Map.of()));
        }
        Map<TeamFigure, Noised> expected = TeamDayRelease.of(
                        day.getWindowStart().toEpochMilli(),
                        members,
                        active,
                        PrivacyBudget.DEFAULT,
                        StreamDriver.TEAM_PRIVACY.noiseOf(day.getTeamId()))
                .getLast()
                .figures();
        assertThat(day.getOutcome()).isEqualTo(TeamWindowOutcome.RELEASED);
        assertThat(day.getMembers()).isEqualTo(members);
        assertThat(new Noised(day.getActiveSeconds(), day.getActiveSecondsMargin()))
                .isEqualTo(expected.get(TeamFigure.ACTIVE_SECONDS));
        assertThat(new Noised(day.getSecondsInFlow(), day.getSecondsInFlowMargin()))
                .isEqualTo(expected.get(TeamFigure.SECONDS_IN_FLOW));
        assertThat(new Noised(day.getInterruptions(), day.getInterruptionsMargin()))
                .isEqualTo(expected.get(TeamFigure.INTERRUPTIONS));
    }
}
