package dev.mindfulcode.identity;

import dev.mindfulcode.dataprotection.UserCipher;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/** A column with text that is encrypted with the key of the row's user, and bound to the column. */
public enum SealedColumn {
    USER_EMAIL("identity.users.email"),
    USER_NAME("identity.users.name"),
    API_KEY_NAME("identity.api_keys.name"),
    INVITATION_EMAIL("identity.team_invitations.email");

    private static final int VERSION = 1;

    private final String context;

    SealedColumn(String context) {
        this.context = context;
    }

    public byte[] seal(UserCipher cipher, String text) {
        return cipher.encrypt(text.getBytes(StandardCharsets.UTF_8), context, VERSION);
    }

    /** Returns the text, or null for null. */
    public @Nullable String open(UserCipher cipher, byte @Nullable [] sealed) {
        return sealed == null ? null : openPresent(cipher, sealed);
    }

    public String openPresent(UserCipher cipher, byte[] sealed) {
        try {
            return new String(cipher.decrypt(sealed, context, VERSION), StandardCharsets.UTF_8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Column " + context + " is not encrypted with its user's key", e);
        }
    }
}
