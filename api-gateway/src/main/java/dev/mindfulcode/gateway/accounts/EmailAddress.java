package dev.mindfulcode.gateway.accounts;

import java.net.IDN;
import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An e-mail address in the one spelling that names an account: {@code Ada@Exämple.org} is {@code ada@xn--exmple-cua.org}.
 *
 * <p>Stricter than RFC 5321 where it does not matter (no quoted local parts, no address literals) and with its lengths.
 */
public record EmailAddress(String normalised) {

    public static final int LENGTH_MAX = 254;
    private static final int LOCAL_LENGTH_MAX = 64;

    private static final Pattern LOCAL =
            Pattern.compile("[\\p{L}\\p{N}!#$%&'*+/=?^_`{|}~-]+(\\.[\\p{L}\\p{N}!#$%&'*+/=?^_`{|}~-]+)*");
    private static final Pattern DOMAIN =
            Pattern.compile("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /** Returns null where the text is no address. */
    public static @Nullable EmailAddress parse(String text) {
        if (text.length() > LENGTH_MAX) {
            return null;
        }
        String folded = Normalizer.normalize(text.strip(), Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        int at = folded.lastIndexOf('@');
        if (at < 1 || at > LOCAL_LENGTH_MAX) {
            return null;
        }
        String local = folded.substring(0, at);
        String domain = ascii(folded.substring(at + 1));
        if (domain == null
                || !LOCAL.matcher(local).matches()
                || !DOMAIN.matcher(domain).matches()
                || local.length() + 1 + domain.length() > LENGTH_MAX) {
            return null;
        }
        return new EmailAddress(local + "@" + domain);
    }

    private static @Nullable String ascii(String domain) {
        try {
            return IDN.toASCII(domain).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Never the address: it is personal. */
    @Override
    public String toString() {
        return "EmailAddress";
    }
}
