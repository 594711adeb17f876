package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.team.PrivacyAccount;
import java.nio.ByteBuffer;

/**
 * The released days of a team and their cost.
 *
 * @param nextDayMs start of the day after the last one that was released or refused; earlier days are final
 */
record TeamLedger(long nextDayMs, PrivacyAccount account) {

    byte[] encode() {
        ByteBuffer bytes =
                ByteBuffer.allocate(Long.BYTES + PrivacyAccount.BYTES).putLong(nextDayMs);
        account.write(bytes);
        return bytes.array();
    }

    static TeamLedger decode(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new TeamLedger(buffer.getLong(), PrivacyAccount.read(buffer));
    }
}
