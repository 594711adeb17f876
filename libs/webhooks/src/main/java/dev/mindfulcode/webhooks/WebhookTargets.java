package dev.mindfulcode.webhooks;

import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.WrappedColumn;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;
import java.util.UUID;

/** Creates targets from addresses that users send, and seals and opens them. */
public final class WebhookTargets {

    public static final int URL_LENGTH_MAX = 2_048;

    private static final int SECRET_BYTES = 32;
    private static final String PURPOSE = "webhook/";

    private final KeyEncryptionKey keyEncryptionKey;
    private final WebhookSettings settings;
    private final SecureRandom random;

    public WebhookTargets(KeyEncryptionKey keyEncryptionKey, WebhookSettings settings, SecureRandom random) {
        this.keyEncryptionKey = keyEncryptionKey;
        this.settings = settings;
        this.random = random;
    }

    /** Returns a column with sealed targets, by their owner. */
    public static WrappedColumn wrappedColumn(String name, String table, String owner, String column) {
        return WrappedColumn.withPurpose(name, table, owner, "uuid", column, id -> PURPOSE + id);
    }

    /**
     * Creates a target with a new secret. Names are resolved, and their addresses checked, at each delivery.
     *
     * @throws InvalidUrlException if the text is not an address that may be called
     */
    public WebhookTarget newTarget(String text) throws InvalidUrlException {
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            throw new InvalidUrlException("An address such as https://example.org/hooks/team is expected.");
        }
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !(scheme.equals("http") && settings.allowHttp())) {
            throw new InvalidUrlException("An address that begins with https:// is expected.");
        }
        String host = url.getHost();
        if (host == null || host.isEmpty() || url.getPort() == 0 || url.getPort() > 65_535) {
            throw new InvalidUrlException("An address such as https://example.org/hooks/team is expected.");
        }
        if (url.getRawUserInfo() != null || url.getRawFragment() != null) {
            throw new InvalidUrlException("An address without user info and fragment is expected.");
        }
        if (!text.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new InvalidUrlException("An address in ASCII is expected; percent-encode other characters.");
        }
        if (!mayCall(host)) {
            throw new InvalidUrlException("An address on the public internet is expected.");
        }
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return new WebhookTarget(text, host.toLowerCase(Locale.ROOT), secret);
    }

    /** Seals a target for an owner; it cannot be opened for another. */
    public byte[] seal(WebhookTarget target, UUID owner) {
        String text = Base64.getEncoder().encodeToString(target.secret()) + ' ' + target.host() + ' ' + target.url();
        return keyEncryptionKey.seal(text.getBytes(StandardCharsets.UTF_8), PURPOSE + owner);
    }

    /** @throws GeneralSecurityException if the target was sealed with another key or for another owner */
    WebhookTarget open(byte[] sealed, UUID owner) throws GeneralSecurityException {
        String[] parts =
                new String(keyEncryptionKey.open(sealed, PURPOSE + owner), StandardCharsets.UTF_8).split(" ", 3);
        return new WebhookTarget(parts[2], parts[1], Base64.getDecoder().decode(parts[0]));
    }

    private boolean mayCall(String host) {
        try {
            InetAddress fixed = WebhookHost.fixedAddress(host);
            return fixed == null || settings.addresses().mayCall(fixed);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The text is not an address that may be called. */
    public static final class InvalidUrlException extends Exception {

        private final String reason;

        InvalidUrlException(String reason) {
            super(reason);
            this.reason = reason;
        }

        /** Returns a message for the user, without the text. */
        public String reason() {
            return reason;
        }
    }
}
