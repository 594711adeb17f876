package dev.mindfulcode.flowengine.team;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.team.MembershipHistory.Change;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class MembershipHistoryTest {
    private static final long DAY_MS = 86_400_000;

    @Test
    void countsWholeDaysBetweenConsentAndItsWithdrawal() {
        MembershipHistory membership = MembershipHistory.none()
                .with(0, Change.JOINED)
                .with(2 * DAY_MS + 1, Change.CONSENTED)
                .with(6 * DAY_MS - 1, Change.WITHDREW);

        assertThat(counted(membership, 8)).containsExactly(3, 4);
        assertThat(counted(membership.with(4 * DAY_MS, Change.LEFT), 8)).containsExactly(3);
    }

    @Test
    void changeAtTheStartOfADayAppliesToIt() {
        MembershipHistory membership = MembershipHistory.none()
                .with(DAY_MS, Change.JOINED)
                .with(DAY_MS, Change.CONSENTED)
                .with(3 * DAY_MS, Change.WITHDREW);

        assertThat(counted(membership, 5)).containsExactly(1, 2);
    }

    @Test
    void consentInterruptedWithinADayDoesNotCount() {
        MembershipHistory membership =
                consenting().with(2 * DAY_MS + 10, Change.WITHDREW).with(2 * DAY_MS + 20, Change.CONSENTED);

        assertThat(counted(membership, 4)).containsExactly(0, 1, 3);
    }

    @Test
    void firstChangeIsTheEarliest() {
        assertThat(MembershipHistory.none().firstChangeMs()).isEqualTo(Long.MAX_VALUE);
        assertThat(consenting().with(-7, Change.JOINED_AS_VIEWER).firstChangeMs())
                .isEqualTo(-7);
    }

    @Test
    void viewersDoNotCountDespiteConsent() {
        assertThat(counted(
                        MembershipHistory.none()
                                .with(0, Change.JOINED_AS_VIEWER)
                                .with(0, Change.CONSENTED),
                        3))
                .isEmpty();
        assertThat(counted(consenting().with(DAY_MS, Change.MADE_VIEWER).with(3 * DAY_MS, Change.MADE_MEMBER), 5))
                .containsExactly(0, 3, 4);
    }

    @Test
    void rejoiningRequiresNewConsent() {
        MembershipHistory membership = consenting()
                .with(DAY_MS, Change.LEFT)
                .with(2 * DAY_MS, Change.JOINED)
                .with(4 * DAY_MS, Change.CONSENTED);

        assertThat(counted(membership, 6)).containsExactly(0, 4, 5);
    }

    @Test
    void moreRestrictiveOfSimultaneousChangesWins() {
        assertThat(counted(consenting().with(DAY_MS, Change.WITHDREW).with(DAY_MS, Change.CONSENTED), 3))
                .containsExactly(0);
    }

    @Test
    void mergedOldChangesDoNotCount() {
        MembershipHistory membership = consenting();
        for (int i = 1; i <= MembershipHistory.CHANGES_MAX + 1; i++) {
            membership = membership.with(i * DAY_MS, i % 2 == 0 ? Change.CONSENTED : Change.WITHDREW);
        }
        assertThat(membership.countsOn(0)).isFalse();
        assertThat(membership.countsOn(2 * DAY_MS)).isTrue();
        assertThat(membership.countsOn(3 * DAY_MS)).isFalse();
        assertThat(membership.countsOn(MembershipHistory.CHANGES_MAX * DAY_MS)).isTrue();
    }

    @Property(tries = 200)
    void arrivalOrderAndRepetitionDoNotMatter(@ForAll long seed) {
        Random random = new Random(seed);
        List<Object[]> changes = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            changes.add(new Object[] {random.nextLong(10 * DAY_MS), Change.values()[random.nextInt(7)]});
        }
        MembershipHistory inOrder = known(changes);
        List<Object[]> shuffled = new ArrayList<>(changes);
        shuffled.addAll(changes);
        Collections.shuffle(shuffled, random);

        assertThat(known(shuffled).encode()).isEqualTo(inOrder.encode());
        assertThat(counted(MembershipHistory.decode(inOrder.encode()), 12)).isEqualTo(counted(inOrder, 12));
    }

    private static MembershipHistory known(List<Object[]> changes) {
        MembershipHistory membership = MembershipHistory.none();
        for (Object[] change : changes) {
            membership = membership.with((long) change[0], (Change) change[1]);
        }
        return membership;
    }

    private static MembershipHistory consenting() {
        return MembershipHistory.none().with(-1, Change.JOINED).with(-1, Change.CONSENTED);
    }

    private static List<Integer> counted(MembershipHistory membership, int days) {
        List<Integer> counted = new ArrayList<>();
        for (int day = 0; day < days; day++) {
            if (membership.countsOn(day * DAY_MS)) {
                counted.add(day);
            }
        }
        return counted;
    }
}
