package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.cli.DataFolder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserCommandTest {

    private final Terminal terminal = new Terminal();

    @TempDir
    Path folder;

    @Test
    void printsALinkForAForgottenPassword() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser ada = TestUser.register(system.origin());
        String email = TestUser.JSON
                .readTree(ada.get("/api/account").body())
                .get("email")
                .asString();
        DataFolder data = system.operatorFolder(folder.resolve("data"));
        try (DataFolder.Lock lock = data.lock()) {
            system.announceUrl(lock);

            assertThat(terminal.run(data, "user", "reset-link", email))
                    .as(terminal.err())
                    .isZero();
            assertThat(terminal.out())
                    .contains(system.origin() + "/new-password#mcl_")
                    .contains("Valid once, until 2");

            assertThat(terminal.run(data, "user", "reset-link", "nobody-here@example.org"))
                    .isEqualTo(1);
            assertThat(terminal.err()).contains("email: No account that signs in with a password has this address.");
        }
    }
}
