package dev.mindfulcode.flowengine.team;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * The cost of a team's releases in the month of its latest charge. zCDP adds up under composition, so the account is
 * a sum. Immutable.
 *
 * @param month months since year 0
 * @param spentMicros ρ spent in that month, in millionths
 */
public record PrivacyAccount(long month, long spentMicros) {

    public static final PrivacyAccount EMPTY = new PrivacyAccount(0, 0);

    private static final int MONTHS_PER_YEAR = 12;

    /** Returns the account after the release of a day, or null if that exceeds the month's budget. */
    public @Nullable PrivacyAccount charge(long dayStartMs, PrivacyBudget budget) {
        PrivacyAccount before = in(dayStartMs);
        long after = before.spentMicros + budget.dayMicros();
        return after > budget.monthMicros() ? null : new PrivacyAccount(before.month, after);
    }

    /** Returns the account in the month of a day: empty if nothing was charged in that month. */
    public PrivacyAccount in(long dayStartMs) {
        LocalDate day = LocalDate.ofInstant(Instant.ofEpochMilli(dayStartMs), ZoneOffset.UTC);
        long itsMonth = (long) day.getYear() * MONTHS_PER_YEAR + day.getMonthValue() - 1;
        return itsMonth == month ? this : new PrivacyAccount(itsMonth, 0);
    }

    public static final int BYTES = 2 * Long.BYTES;

    public void write(ByteBuffer into) {
        into.putLong(month).putLong(spentMicros);
    }

    public static PrivacyAccount read(ByteBuffer from) {
        return new PrivacyAccount(from.getLong(), from.getLong());
    }
}
