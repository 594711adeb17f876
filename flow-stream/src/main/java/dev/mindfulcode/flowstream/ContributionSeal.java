package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Opens what members contribute to teams, each with the member's key. It is stored sealed, as it comes in the topic;
 * who has no key is no member. The keys are looked up once per record or per team in a poll, so that a step sees the
 * same members throughout and never fails half-way. Not thread-safe.
 */
final class ContributionSeal {

    private static final int VERSION = 1;
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final KeyLookup keys;
    private Map<UUID, UserCipher> ciphers = new HashMap<>();

    ContributionSeal(KeyLookup keys) {
        this.keys = keys;
    }

    /** Returns the totals of a record; those of a member who contributes nothing are empty. */
    static ByteBuffer seal(byte @Nullable [] totals, UserCipher cipher) {
        return totals == null
                ? NONE
                : ByteBuffer.wrap(cipher.encrypt(totals, Topics.TEAM_CONTRIBUTIONS.name(), VERSION));
    }

    /** @throws KeysUnavailableException if the keys cannot be looked up in spite of retries */
    void begin(Collection<UUID> members) {
        ciphers = keys.findAll(members);
    }

    /** @throws KeysUnavailableException if the keys cannot be looked up now; nothing has happened yet */
    void beginNow(Collection<UUID> members) {
        ciphers = keys.findAllNow(members);
    }

    /** Returns whether this is one of the members of the step, and has a key. */
    boolean hasKey(UUID member) {
        return ciphers.containsKey(member);
    }

    /**
     * Returns what was sealed, or null if there is nothing or no key that opens it.
     *
     * @throws PoisonRecordException if it was not sealed with the member's key
     */
    byte @Nullable [] open(UUID member, byte @Nullable [] sealed) {
        UserCipher cipher = ciphers.get(member);
        if (sealed == null || cipher == null) {
            return null;
        }
        try {
            return cipher.decrypt(sealed, Topics.TEAM_CONTRIBUTIONS.name(), VERSION);
        } catch (GeneralSecurityException e) {
            throw new PoisonRecordException(DeadLetterReason.NOT_DECRYPTED, e);
        }
    }
}
