package dev.mindfulcode.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Properties;

/**
 * The secrets of one data folder, made at random by its first start and kept in a file that only its owner can read.
 *
 * <p>Losing ENCRYPTION_KEY loses every keystroke payload.
 */
public final class Secrets {

    private static final int BYTES = 32;

    private final Properties values;

    private Secrets(Properties values) {
        this.values = values;
    }

    public static Secrets readOrCreate(Path file) {
        Properties values = Files.exists(file) ? DataFolder.read(file) : new Properties();
        SecureRandom random = new SecureRandom();
        boolean added = false;
        for (Name name : Name.values()) {
            if (!values.containsKey(name.name())) {
                values.setProperty(name.name(), name.generate(random));
                added = true;
            }
        }
        if (added) {
            write(file, values);
        }
        return new Secrets(values);
    }

    public String encryptionKey() {
        return values.getProperty(Name.ENCRYPTION_KEY.name());
    }

    public String postgresPassword() {
        return values.getProperty(Name.POSTGRES_PASSWORD.name());
    }

    /** What the gateway wants to see before it lets anybody operate it. */
    public String operatorToken() {
        return values.getProperty(Name.OPERATOR_TOKEN.name());
    }

    @Override
    public String toString() {
        return "Secrets[" + values.size() + " values]";
    }

    private static void write(Path file, Properties values) {
        StringBuilder text =
                new StringBuilder("# Secrets of this data folder. Keep them with it: without ENCRYPTION_KEY the"
                        + " recorded keystrokes cannot be read.\n");
        for (Name name : Name.values()) {
            text.append(name)
                    .append('=')
                    .append(values.getProperty(name.name()))
                    .append('\n');
        }
        try {
            Path folder = file.toAbsolutePath().getParent();
            Path unfinished = Files.createTempFile(
                    folder,
                    "secrets",
                    ".new",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(unfinished, text);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private enum Name {
        ENCRYPTION_KEY,
        POSTGRES_PASSWORD,
        OPERATOR_TOKEN;

        String generate(SecureRandom random) {
            byte[] bytes = new byte[BYTES];
            random.nextBytes(bytes);
            // Only the key is read as plain Base64; a password also stands in a URL.
            return this == ENCRYPTION_KEY
                    ? Base64.getEncoder().encodeToString(bytes)
                    : Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        }
    }
}
