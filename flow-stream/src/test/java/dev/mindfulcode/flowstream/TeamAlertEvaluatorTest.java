package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.schemas.TeamAlert;
import dev.mindfulcode.schemas.TeamAlertRule;
import dev.mindfulcode.schemas.TeamWindow;
import dev.mindfulcode.schemas.TeamWindowSize;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TeamAlertEvaluatorTest {

    /** A Monday. */
    private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");

    private static final int PAST_DAYS = 56;

    private final UUID team = UUID.randomUUID();
    private final UUID rule = UUID.randomUUID();
    private StreamDriver stream = new StreamDriver();
    private long version;

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void raisesOnceAtTheThresholdAndAgainAfterClearing() {
        put(fallingFlow(rule, 0.2));
        days(0, PAST_DAYS, 0.5);
        days(PAST_DAYS, 6, 0.14);
        assertThat(alerts()).as("lower, but one of seven days is as before").isEmpty();
        days(PAST_DAYS + 6, 1, 0.14);
        assertThat(alerts()).as("lower on each of seven days").hasSize(1);
        TeamAlert first = stream.all(Topics.TEAM_ALERTS).getFirst();
        assertThat(first.getValue()).isEqualTo(0.5 - 0.14, within(1e-9));
        assertThat(first.getRuleId()).isEqualTo(rule);
        assertThat(first.getTo()).isEqualTo(day(PAST_DAYS + 7));
        assertThat(first.getFrom()).isEqualTo(day(PAST_DAYS));
        assertThat(stream.records(Topics.TEAM_ALERTS).getFirst().key()).isEqualTo(team);

        days(PAST_DAYS + 7, 1, 0.14);
        assertThat(alerts()).as("still above").hasSize(1);
        // Between 0.8 of the threshold and the threshold nothing changes; then it clears, and can raise again.
        days(PAST_DAYS + 8, 35, 0.5);
        days(PAST_DAYS + 43, 7, 0.02);
        assertThat(alerts()).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void raisesOnceForAFigureAroundItsThreshold() {
        put(fallingFlow(rule, 0.2));
        days(0, PAST_DAYS, 0.5);
        for (int i = 0; i < 20; i++) {
            // The mean of seven days swings between 0.19 and 0.21 below.
            days(PAST_DAYS + i, 1, i % 2 == 0 ? 0.3 - 0.07 : 0.3 + 0.07);
        }
        assertThat(alerts()).hasSize(1);
    }

    @Test
    void raisesTheSameAlertsForRepeatedDays() {
        put(fallingFlow(rule, 0.2));
        for (int again = 0; again < 2; again++) {
            days(0, PAST_DAYS, 0.5);
            days(PAST_DAYS, 7, 0.1);
        }
        assertThat(alerts()).hasSize(1);
        UUID once = stream.all(Topics.TEAM_ALERTS).getFirst().getAlertId();
        stream.close();
        stream = new StreamDriver();
        put(fallingFlow(rule, 0.2));
        days(0, PAST_DAYS, 0.5);
        days(PAST_DAYS, 7, 0.1);
        assertThat(stream.all(Topics.TEAM_ALERTS))
                .singleElement()
                .satisfies(alert -> assertThat(alert.getAlertId()).isEqualTo(once));
    }

    @Test
    void ignoresOpenAndTooSmallWindows() {
        put(fallingFlow(rule, 0.2));
        days(0, PAST_DAYS, 0.5);
        for (int i = 0; i < 7; i++) {
            window(TeamWindowSize.DAY, day(PAST_DAYS + i), false, 6, 0.0);
            window(TeamWindowSize.DAY, day(PAST_DAYS + i), true, null, 0.0);
        }
        assertThat(alerts()).isEmpty();
        days(PAST_DAYS + 7, 7, 0.1);
        assertThat(alerts()).hasSize(1);
        for (int i = 14; i < 60; i++) {
            window(TeamWindowSize.DAY, day(PAST_DAYS + i), true, null, 0.0);
        }
        days(PAST_DAYS + 60, 1, 0.1);
        assertThat(alerts()).as("days of too few are no days").hasSize(1);
    }

    @Test
    void usesTheFirstReleaseOfADay() {
        put(fallingFlow(rule, 0.2));
        days(0, PAST_DAYS, 0.5);
        days(PAST_DAYS, 6, 0.1);
        window(TeamWindowSize.DAY, day(PAST_DAYS + 5), true, null, 0.0);
        window(TeamWindowSize.DAY, day(PAST_DAYS + 5), true, 7, 1.0);
        days(PAST_DAYS + 6, 1, 0.1);
        assertThat(alerts()).as("lower on each of seven days").hasSize(1);
    }

    @Test
    void ignoresWithheldDaysAndDaysOfFewerThanFive() {
        put(fallingFlow(rule, 0.2));
        days(0, PAST_DAYS, 0.5);
        days(PAST_DAYS, 2, 0.0);
        window(TeamWindowSize.DAY, day(PAST_DAYS + 2), true, null, 0.0);
        window(TeamWindowSize.DAY, day(PAST_DAYS + 2), true, 6, 0.0);
        window(TeamWindowSize.DAY, day(PAST_DAYS + 3), true, 4, 0.0);
        assertThat(alerts()).isEmpty();
    }

    @Test
    void evaluatesHoursInTheZoneOfTheRule() {
        put(TeamAlertRule.newBuilder(fallingFlow(rule, 0.2))
                .setIndicator("outside_usual_hours")
                .setTimeZone("Europe/Berlin")
                .build());
        for (int i = 0; i < PAST_DAYS + 7; i++) {
            boolean isLate = i >= PAST_DAYS;
            window(TeamWindowSize.HOUR, day(i).plus(Duration.ofHours(9)), true, 6, 0.5);
            window(TeamWindowSize.HOUR, day(i).plus(Duration.ofHours(isLate ? 20 : 10)), true, 6, 0.5);
            days(i, 1, 0.5);
        }
        assertThat(stream.all(Topics.TEAM_ALERTS)).singleElement().satisfies(alert -> {
            assertThat(alert.getValue()).isGreaterThanOrEqualTo(0.2);
            assertThat(alert.getTo().toString()).as("midnight in Berlin").endsWith("T23:00:00Z");
        });
    }

    @Test
    void evaluatesDaysBetweenCreationAndRemovalOfARule() {
        days(0, PAST_DAYS, 0.5);
        put(TeamAlertRule.newBuilder(fallingFlow(rule, 0.2))
                .setCreatedAt(day(PAST_DAYS + 5).plusSeconds(1))
                .build());
        days(PAST_DAYS, 6, 0.1);
        assertThat(alerts()).isEmpty();
        stream.put(Topics.TEAM_ALERT_RULES, team + ":" + rule, null);
        days(PAST_DAYS + 6, 1, 0.1);
        assertThat(alerts()).isEmpty();
        put(fallingFlow(rule, 0.2));
        days(PAST_DAYS + 7, 1, 0.1);
        assertThat(alerts()).hasSize(1);
    }

    @Test
    void ignoresRulesOfOtherTeamsAndInvalidRules() {
        TeamAlertRule others = TeamAlertRule.newBuilder(fallingFlow(UUID.randomUUID(), 0.2))
                .setTeamId(UUID.randomUUID())
                .build();
        stream.put(Topics.TEAM_ALERT_RULES, others.getTeamId() + ":" + others.getRuleId(), others);
        stream.put(Topics.TEAM_ALERT_RULES, team + ":" + others.getRuleId(), others);
        put(TeamAlertRule.newBuilder(fallingFlow(UUID.randomUUID(), 0.2))
                .setTimeZone("Mars/Olympus")
                .build());
        put(TeamAlertRule.newBuilder(fallingFlow(UUID.randomUUID(), 0.2))
                .setIndicator("of_a_later_release")
                .build());
        put(fallingFlow(rule, 0.2));
        days(0, PAST_DAYS, 0.5);
        days(PAST_DAYS, 7, 0.1);
        assertThat(alerts()).hasSize(1);
        assertThat(stream.all(Topics.TEAM_ALERTS).getFirst().getRuleId()).isEqualTo(rule);
        assertThat(stream.count("mindful.stream.alert.rules.rejected")).isPositive();
    }

    @Test
    void restoresItsStateAfterARestart() {
        put(fallingFlow(rule, 0.2));
        days(0, PAST_DAYS, 0.5);
        days(PAST_DAYS, 7, 0.1);
        assertThat(alerts()).hasSize(1);
        stream = stream.restarted();
        put(fallingFlow(rule, 0.2));
        days(PAST_DAYS + 7, 3, 0.1);
        assertThat(stream.all(Topics.TEAM_ALERTS)).as("raised before").isEmpty();
    }

    @Test
    void deadLettersWindowsUnderAnotherTeamsKey() {
        stream.pipe(Topics.TEAM_FLOW, UUID.randomUUID(), of(TeamWindowSize.DAY, START, true, 6, 0.5));
        assertThat(stream.deadLetters())
                .singleElement()
                .satisfies(letter -> assertThat(letter.getReason()).isEqualTo("out_of_range"));
    }

    @Test
    void deletesWindowsThatNoRuleNeeds() {
        days(0, 200, 0.5);
        assertThat(stream.storedKeysOf(team)).hasSizeBetween(PAST_DAYS, PAST_DAYS + 28 + 5);
    }

    /** The same values as above, with the noise of a team of six: the interval contains the value of before. */
    @Test
    void raisesNothingThatTheNoiseAloneExplains() {
        put(fallingFlow(rule, 0.2));
        days(0, PAST_DAYS, 0.5);
        for (int i = 0; i < 7; i++) {
            TeamWindow noisy = of(TeamWindowSize.DAY, day(PAST_DAYS + i), true, 6, 0.1);
            noisy.setSecondsInFlowMargin(15_000L);
            stream.pipe(Topics.TEAM_FLOW, team, noisy);
        }
        assertThat(alerts()).isEmpty();
    }

    @Test
    void ignoresFiguresWithoutNoiseAndDaysWithoutBudget() {
        put(fallingFlow(rule, 0.2));
        days(0, PAST_DAYS, 0.5);
        for (int i = 0; i < 7; i++) {
            TeamWindow exact = of(TeamWindowSize.DAY, day(PAST_DAYS + i), true, 6, 0.1);
            exact.setSecondsInFlowMargin(null);
            stream.pipe(Topics.TEAM_FLOW, team, exact);
        }
        assertThat(alerts()).isEmpty();
    }

    private List<UUID> alerts() {
        return stream.all(Topics.TEAM_ALERTS).stream()
                .map(TeamAlert::getAlertId)
                .toList();
    }

    private TeamAlertRule fallingFlow(UUID ruleId, double threshold) {
        return TeamAlertRule.newBuilder()
                .setTeamId(team)
                .setRuleId(ruleId)
                .setIndicator("falling_flow")
                .setThreshold(threshold)
                .setRecentDays(7)
                .setTimeZone("UTC")
                .setCreatedAt(START.minusSeconds(60))
                .build();
    }

    private void put(TeamAlertRule made) {
        stream.put(Topics.TEAM_ALERT_RULES, made.getTeamId() + ":" + made.getRuleId(), made);
    }

    private static Instant day(int number) {
        return START.plus(Duration.ofDays(number));
    }

    private void days(int from, int count, double flowShare) {
        for (int i = 0; i < count; i++) {
            window(TeamWindowSize.DAY, day(from + i), true, 6, flowShare);
        }
    }

    private void window(
            TeamWindowSize size, Instant start, boolean closed, @Nullable Integer members, double flowShare) {
        stream.pipe(Topics.TEAM_FLOW, team, of(size, start, closed, members, flowShare));
    }

    private TeamWindow of(
            TeamWindowSize size, Instant start, boolean closed, @Nullable Integer members, double flowShare) {
        TeamWindow.Builder window = TeamWindow.newBuilder()
                .setTeamId(team)
                .setSize(size)
                .setWindowStart(start)
                .setVersion(++version)
                .setClosed(closed)
                .setMembersMin(5)
                .setKeystrokesAMemberMax(1)
                .setSecondsAMemberMax(1)
                .setInterruptionsAMemberMax(1);
        if (members != null) {
            window.setMembers(members)
                    .setKeystrokes(1_000L)
                    .setActiveSeconds(10_000L)
                    .setSecondsInFlow(Math.round(10_000 * flowShare))
                    .setInterruptions(5L)
                    .setActiveSecondsMargin(20L)
                    .setSecondsInFlowMargin(20L)
                    .setInterruptionsMargin(1L);
        }
        return window.build();
    }
}
