package dev.mindfulcode.apigateway.privacy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** The rule by which inactive users are purged: after the months that they chose, and a notice before. Pure. */
sealed interface Retention {

    /** From the notice to the purge at least. */
    Duration NOTICE = Duration.ofDays(30);

    /** From the notice until an address that the mail server refuses counts as one without a mailbox. */
    Duration REFUSAL_TIMEOUT = Duration.ofDays(7);

    /** The user was active recently enough; a notice, if there is one, is void. */
    record Keep() implements Retention {}

    /** The user is to be given notice of a purge. */
    record Notify(Instant purgeDueAt) implements Retention {}

    /** The user has had notice in the product, and is to be sent it by e-mail; until then there is no purge. */
    record Mail(Instant purgeDueAt) implements Retention {}

    /** The user has had notice, and the purge is not due yet. */
    record Wait() implements Retention {}

    record Purge() implements Retention {}

    /**
     * Returns whether nothing is left to wait for after a mail server refused the user's address for good.
     *
     * @param purgeDueAt as the user's notice says, which was given {@link #NOTICE} before
     */
    static boolean isRefusalFinal(Instant purgeDueAt, Instant now) {
        return !now.isBefore(purgeDueAt.minus(NOTICE).plus(REFUSAL_TIMEOUT));
    }

    /**
     * @param purgeDueAt as the user's notice says; null without a notice
     * @param isMailDue whether the notice is to be sent by e-mail and was not yet
     */
    static Retention decide(
            LocalDate lastActiveOn, int months, @Nullable Instant purgeDueAt, boolean isMailDue, Instant now) {
        Instant end = lastActiveOn
                .plusMonths(months)
                .plusDays(1)
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant();
        if (now.isBefore(end.minus(NOTICE))) {
            return new Keep();
        }
        Instant earliest = now.plus(NOTICE);
        if (purgeDueAt == null) {
            return new Notify(end.isAfter(earliest) ? end : earliest);
        }
        if (isMailDue) {
            return new Mail(purgeDueAt.isAfter(earliest) ? purgeDueAt : earliest);
        }
        return now.isBefore(purgeDueAt) || now.isBefore(end) ? new Wait() : new Purge();
    }
}
