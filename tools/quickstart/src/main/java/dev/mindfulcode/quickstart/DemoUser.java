package dev.mindfulcode.quickstart;

import dev.mindfulcode.benchmarks.load.DemoTypist;
import dev.mindfulcode.cli.DataFolder;
import dev.mindfulcode.cli.http.ApiException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** The made-up developer of {@code run --demo}, whose password only the owner of the data folder can look up. */
final class DemoUser implements AutoCloseable {

    private static final long SEED = 20_261_124;

    private final DemoTypist typist;
    private final Path passwordFile;

    private DemoUser(DemoTypist typist, Path passwordFile) {
        this.typist = typist;
        this.passwordFile = passwordFile;
    }

    /** Begins to type, and writes down what to sign in with. */
    static DemoUser start(URI origin, DataFolder folder) {
        try {
            DemoTypist typist = DemoTypist.start(origin, folder.path(), SEED);
            Path file = folder.path().resolve("demo-user.txt");
            Path unfinished = Files.createTempFile(
                    folder.path(),
                    "demo-user",
                    ".new",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(unfinished, "e-mail:   " + typist.email() + "\npassword: " + typist.password() + "\n");
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return new DemoUser(typist, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns what to open or to enter, for the terminal only: a link that works once is in no log. */
    String invitation() throws InterruptedException {
        String password = "Sign in as " + typist.email() + "; the password is in " + passwordFile;
        try {
            return "Watch the demo: " + typist.createSignInLink() + " (works once, for an hour). " + password;
        } catch (ApiException e) {
            return password;
        }
    }

    @Override
    public void close() {
        typist.close();
    }
}
