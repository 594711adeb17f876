package dev.mindfulcode.apigateway.accounts;

import com.ibm.icu.text.IDNA;
import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An e-mail address in normalised form, which identifies an account: {@code Ada@Exämple.org} is
 * {@code ada@xn--exmple-cua.org}.
 *
 * <p>The local part is in NFKC and lower case. The domain is that of DNS, by UTS 46 without transitional processing,
 * as in browsers: {@code straße.example} and {@code strasse.example} are two domains, of two owners. IDNA2003, as in
 * java.net.IDN, maps both to one.
 *
 * <p>Letters of every script are allowed, with their marks. Stricter than RFC 5321 where it does not matter (no quoted
 * local parts, no address literals) and with its lengths.
 */
public record EmailAddress(String normalised) {

    public static final int LENGTH_MAX = 254;
    private static final int LOCAL_LENGTH_MAX = 64;

    private static final IDNA DOMAINS = IDNA.getUTS46Instance(IDNA.NONTRANSITIONAL_TO_ASCII
            | IDNA.USE_STD3_RULES
            | IDNA.CHECK_BIDI
            | IDNA.CHECK_CONTEXTJ
            | IDNA.CHECK_CONTEXTO);

    /**
     * A part between dots. It does not begin with a mark. Joiners, which are invisible, are allowed only in scripts
     * that need them: after a mark, as in Indic scripts, or in Arabic script.
     */
    private static final String ATOM = "[\\p{L}\\p{N}!#$%&'*+/=?^_`{|}~-]"
            + "([\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]|(?<=[\\p{M}\\p{IsArabic}])[\\u200C\\u200D])*";

    private static final Pattern LOCAL = Pattern.compile(ATOM + "(\\." + ATOM + ")*");

    private static final Pattern DOMAIN =
            Pattern.compile("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /** Returns null if the text is not an address. */
    public static @Nullable EmailAddress parse(String text) {
        if (text.length() > LENGTH_MAX) {
            return null;
        }
        String compatible = Normalizer.normalize(text.strip(), Normalizer.Form.NFKC);
        int at = compatible.lastIndexOf('@');
        if (at < 1 || at > LOCAL_LENGTH_MAX) {
            return null;
        }
        // The lower case of a few letters is decomposed.
        String local = Normalizer.normalize(compatible.substring(0, at).toLowerCase(Locale.ROOT), Normalizer.Form.NFKC);
        String domain = ascii(compatible.substring(at + 1));
        if (domain == null
                || !LOCAL.matcher(local).matches()
                || !DOMAIN.matcher(domain).matches()
                || local.length() + 1 + domain.length() > LENGTH_MAX) {
            return null;
        }
        return new EmailAddress(local + "@" + domain);
    }

    private static @Nullable String ascii(String domain) {
        StringBuilder ascii = new StringBuilder();
        IDNA.Info info = new IDNA.Info();
        DOMAINS.nameToASCII(domain, ascii, info);
        return info.hasErrors() ? null : ascii.toString();
    }

    /** Without the address, which is personal. */
    @Override
    public String toString() {
        return "EmailAddress";
    }
}
