package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.Credentials;
import dev.mindfulcode.benchmarks.client.DeterministicIds;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Properties;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * State of the load commands in the data folder, so that repeated runs use the same users, passwords and event times: a
 * secret of 32 random bytes and the end of imported data. Created once and never changed (docs/adr/0011).
 *
 * @param isNew whether the state was just created, so that no account exists yet
 * @param anchorMs epoch milliseconds
 */
@SuppressWarnings("ArrayRecordComponent")
public record LoadState(boolean isNew, byte[] secret, long anchorMs) {

    /**
     * Imported recordings end within this time before the anchor: several days of data, and 24 days left for a second
     * import.
     */
    static final Duration SPREAD = Duration.ofDays(7);

    private static final String FILE = "load.properties";
    private static final int SECRET_BYTES = 32;
    private static final String OWNER_ONLY = "rw-------";

    public static LoadState open(Path dataFolder, Clock clock) throws IOException {
        Path file = dataFolder.resolve(FILE);
        if (!Files.exists(file)) {
            Files.createDirectories(dataFolder);
            byte[] secret = new byte[SECRET_BYTES];
            new SecureRandom().nextBytes(secret);
            LoadState made = new LoadState(true, secret, clock.millis());
            if (made.write(file)) {
                return made;
            }
        }
        return read(file);
    }

    /** Returns a user's credentials, derived from the secret of the data folder. */
    Credentials credentials(String name) {
        String email = name + "@example.org";
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            byte[] password = mac.doFinal(email.getBytes(StandardCharsets.UTF_8));
            return new Credentials(
                    email, Base64.getUrlEncoder().withoutPadding().encodeToString(password));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    /**
     * Returns the shift of a recording's times with which it ends before the anchor, different for each user.
     */
    long shiftMs(String name, long lastPressMs) {
        return anchorMs - DeterministicIds.below(SPREAD.toMillis(), name) - lastPressMs;
    }

    /** Returns false if another process created it first. */
    private boolean write(Path file) throws IOException {
        Path made = Files.createTempFile(
                file.getParent(),
                FILE,
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
        try {
            String text =
                    "# Created by mindful import and simulate. The secret opens their accounts: do not share it.\n"
                            + "secret=" + Base64.getEncoder().encodeToString(secret) + "\nanchor_ms=" + anchorMs + "\n";
            Files.writeString(made, text);
            Files.createLink(file, made);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } finally {
            Files.deleteIfExists(made);
        }
    }

    private static LoadState read(Path file) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(Files.readString(file)));
        try {
            byte[] secret = Base64.getDecoder().decode(properties.getProperty("secret", ""));
            long anchorMs = Long.parseLong(properties.getProperty("anchor_ms", ""));
            if (secret.length == SECRET_BYTES) {
                return new LoadState(false, secret, anchorMs);
            }
        } catch (IllegalArgumentException e) {
            // reported below, without the content
        }
        throw new IOException(
                file + " is damaged. Without it the accounts of earlier imports cannot be signed in: restore it,"
                        + " or remove it and import into a new data folder");
    }
}
