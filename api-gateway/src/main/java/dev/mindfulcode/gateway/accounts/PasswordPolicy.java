package dev.mindfulcode.gateway.accounts;

import java.text.Normalizer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What may be a password: long enough, and not what anybody would try first (NIST SP 800-63B section 3.1.1.2). */
final class PasswordPolicy {

    static final int LENGTH_MIN = 8;
    static final int LENGTH_MAX = 128;

    /** UTF-16 units in which {@link #LENGTH_MAX} code points always fit. */
    static final int UNITS_MAX = 2 * LENGTH_MAX;

    private static final String APP = "mindfulcode";

    private PasswordPolicy() {}

    /** One form for what looks the same, however the keyboard composed it. */
    static String normalised(String password) {
        return Normalizer.normalize(password, Normalizer.Form.NFKC);
    }

    /** Returns what is wrong with a normalised password, or null. */
    static @Nullable String fault(String password, EmailAddress email) {
        int length = password.codePointCount(0, password.length());
        if (length < LENGTH_MIN || length > LENGTH_MAX) {
            return "A password has " + LENGTH_MIN + " to " + LENGTH_MAX + " characters.";
        }
        String plain = lettersOf(password);
        String address = email.normalised();
        if (password.toLowerCase(Locale.ROOT).equals(address)
                || plain.equals(lettersOf(address))
                || plain.equals(lettersOf(address.substring(0, address.lastIndexOf('@'))))) {
            return "The password must not be the e-mail address.";
        }
        if (plain.equals(APP)) {
            return "The password must not be the name of this application.";
        }
        return null;
    }

    private static String lettersOf(String text) {
        StringBuilder letters = new StringBuilder(text.length());
        text.toLowerCase(Locale.ROOT)
                .codePoints()
                .filter(Character::isLetterOrDigit)
                .forEach(letters::appendCodePoint);
        return letters.toString();
    }
}
