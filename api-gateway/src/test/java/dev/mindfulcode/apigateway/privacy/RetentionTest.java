package dev.mindfulcode.apigateway.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RetentionTest {

    private static final LocalDate LAST_ACTIVE = LocalDate.parse("2026-01-31");

    /** A month after the last day of January, to the end of that day. */
    private static final Instant END = Instant.parse("2026-03-01T00:00:00Z");

    @Test
    void keepsUsersUntilAMonthBeforeTheEnd() {
        assertThat(decide(null, END.minus(Retention.NOTICE).minusMillis(1))).isEqualTo(new Retention.Keep());
    }

    @Test
    void voidsANoticeThatNoLongerApplies() {
        assertThat(decide(END, END.minus(Retention.NOTICE).minusMillis(1))).isEqualTo(new Retention.Keep());
    }

    @Test
    void givesNoticeAMonthBefore() {
        assertThat(decide(null, END.minus(Retention.NOTICE))).isEqualTo(new Retention.Notify(END));
    }

    /** As when no gateway was running for long, or the user chose a shorter time. */
    @Test
    void givesAWholeMonthHoweverLateTheNoticeIs() {
        Instant late = END.plus(Duration.ofDays(400));
        assertThat(decide(null, late)).isEqualTo(new Retention.Notify(late.plus(Retention.NOTICE)));
    }

    @Test
    void purgesWhenTheNoticeIsOver() {
        assertThat(decide(END, END.minusMillis(1))).isEqualTo(new Retention.Wait());
        assertThat(decide(END, END)).isEqualTo(new Retention.Purge());
    }

    /** The user chose a longer time after the notice. */
    @Test
    void doesNotPurgeBeforeTheEndInSpiteOfAnEarlierNotice() {
        Instant now = END.minus(Duration.ofDays(10));
        assertThat(decide(now.minusMillis(1), now)).isEqualTo(new Retention.Wait());
    }

    /** Both days of the notice are for the user: the one in the product, and the one after the e-mail. */
    @Test
    void purgesNobodyBeforeAMonthAfterTheMail() {
        Instant late = END.plus(Duration.ofDays(400));
        assertThat(Retention.decide(LAST_ACTIVE, 1, END, true, END.minus(Retention.NOTICE)))
                .isEqualTo(new Retention.Mail(END));
        assertThat(Retention.decide(LAST_ACTIVE, 1, END, true, late))
                .isEqualTo(new Retention.Mail(late.plus(Retention.NOTICE)));
        assertThat(Retention.decide(LAST_ACTIVE, 1, null, true, late))
                .isEqualTo(new Retention.Notify(late.plus(Retention.NOTICE)));
        assertThat(Retention.decide(LAST_ACTIVE, 1, late.plus(Retention.NOTICE), false, late))
                .isEqualTo(new Retention.Wait());
    }

    @Test
    void givesUpOnARefusedAddressAWeekAfterTheNotice() {
        Instant week = END.minus(Retention.NOTICE).plus(Duration.ofDays(7));
        assertThat(Retention.isRefusalFinal(END, week.minusMillis(1))).isFalse();
        assertThat(Retention.isRefusalFinal(END, week)).isTrue();
    }

    private static Retention decide(@Nullable Instant purgeDueAt, Instant now) {
        return Retention.decide(LAST_ACTIVE, 1, purgeDueAt, false, now);
    }
}
