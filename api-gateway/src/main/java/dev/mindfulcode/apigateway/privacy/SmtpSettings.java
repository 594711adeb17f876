package dev.mindfulcode.apigateway.privacy;

import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The mail server for notices, and their sender.
 *
 * @param url null if notices are not sent by e-mail
 */
public record SmtpSettings(@Nullable URI url, String from) {

    /** Default ports of schemes: STARTTLS, and TLS from the first byte. */
    private static final Map<String, Integer> PORTS = Map.of("smtp", 587, "smtps", 465);

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private static final int PORT_MAX = 65_535;

    /**
     * Parses SMTP_URL and SMTP_FROM; both may be blank.
     *
     * @throws IllegalArgumentException if they are invalid; the message has no secret
     */
    public static SmtpSettings parse(String url, String from) {
        if (url.isBlank()) {
            return new SmtpSettings(null, from);
        }
        URI parsed = parse(url.strip());
        if (parsed == null) {
            throw new IllegalArgumentException("SMTP_URL is invalid; must be smtp://user:password@host:587 or"
                    + " smtps://user:password@host:465, with special characters of user and password"
                    + " percent-encoded.");
        }
        try {
            new InternetAddress(from.strip(), true).validate();
        } catch (AddressException e) {
            throw new IllegalArgumentException(
                    "SMTP_FROM is \"" + from + "\"; must be the address that sends notices, since SMTP_URL is set.");
        }
        return new SmtpSettings(parsed, from.strip());
    }

    private static @Nullable URI parse(String url) {
        try {
            URI parsed = new URI(url);
            boolean isServer = parsed.getHost() != null
                    && PORTS.containsKey(String.valueOf(parsed.getScheme()))
                    && (parsed.getPort() == -1 || parsed.getPort() > 0 && parsed.getPort() <= PORT_MAX);
            boolean isPlain =
                    (parsed.getRawPath().isEmpty() || parsed.getRawPath().equals("/"))
                            && parsed.getRawQuery() == null
                            && parsed.getRawFragment() == null;
            String credentials = parsed.getRawUserInfo();
            return isServer && isPlain && (credentials == null || credentials.indexOf(':') > 0) ? parsed : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    static int port(URI url) {
        return url.getPort() == -1 ? PORTS.getOrDefault(url.getScheme(), 0) : url.getPort();
    }

    /** Returns whether a connection in clear has to change to TLS; a password is never sent in clear. */
    static boolean isTlsRequired(URI url) {
        return url.getScheme().equals("smtp") && (url.getRawUserInfo() != null || !LOOPBACK.contains(url.getHost()));
    }

    /** Returns user and password, or null for a server without sign-in. */
    static String @Nullable [] credentials(URI url) {
        String credentials = url.getRawUserInfo();
        if (credentials == null) {
            return null;
        }
        int colon = credentials.indexOf(':');
        return new String[] {decoded(credentials.substring(0, colon)), decoded(credentials.substring(colon + 1))};
    }

    /** A plus sign stays one. */
    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "SmtpSettings";
    }
}
