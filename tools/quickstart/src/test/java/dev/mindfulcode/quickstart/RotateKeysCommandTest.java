package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.cli.DataFolder;
import dev.mindfulcode.cli.Secrets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotateKeysCommandTest {

    private final SharedSystem system = SharedSystem.get();
    private final Terminal terminal = new Terminal();

    @TempDir
    Path folder;

    @Test
    void keepsTheOldKeyUntilTheSystemUsesTheNewOne() throws Exception {
        DataFolder data = system.operatorFolder(folder.resolve("data"));
        String old = Secrets.readOrCreate(data.secretsFile()).encryptionKey();
        try (DataFolder.Lock lock = data.lock()) {
            system.announceUrl(lock);
            for (int i = 0; i < 2; i++) {
                assertThat(terminal.run(data, "rotate-keys")).isEqualTo(1);
                assertThat(terminal.out()).contains("Not done yet: restart ./mindful run");
                assertThat(Secrets.readOrCreate(data.secretsFile()).previousEncryptionKey())
                        .contains(old);
            }
        }
        assertThat(terminal.run(data, "rotate-keys")).isEqualTo(1);
        assertThat(terminal.out()).contains("Not done yet: start ./mindful run");
    }

    @Test
    void deletesTheOldKeyWhenEverythingIsSealedWithTheNewOne() throws Exception {
        DataFolder data = DataFolder.at(folder.resolve("data"));
        data.create();
        Files.copy(system.folder().secretsFile(), data.secretsFile());
        Files.writeString(
                data.secretsFile(),
                "ENCRYPTION_KEY_PREVIOUS=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
                StandardOpenOption.APPEND);
        TestUser.register(system.origin());
        try (DataFolder.Lock lock = data.lock()) {
            system.announceUrl(lock);

            assertThat(terminal.run(data, "rotate-keys")).as(terminal.err()).isZero();
            assertThat(terminal.out()).contains("100 %", "the old one is deleted");
        }
        assertThat(Secrets.readOrCreate(data.secretsFile()).previousEncryptionKey())
                .isEmpty();
    }

    @Test
    void givesAUserANewDataKey() throws Exception {
        TestUser ada = TestUser.register(system.origin());
        DataFolder data = system.operatorFolder(folder.resolve("data"));
        try (DataFolder.Lock lock = data.lock()) {
            system.announceUrl(lock);
            String id = TestUser.JSON
                    .readTree(ada.get("/api/account").body())
                    .get("user_id")
                    .asString();

            assertThat(terminal.run(data, "rotate-keys", "--user", id))
                    .as(terminal.err())
                    .isZero();
            assertThat(terminal.out()).contains("has 2 data keys");
            assertThat(terminal.run(
                            data, "rotate-keys", "--user", UUID.randomUUID().toString()))
                    .isEqualTo(1);
            assertThat(terminal.err()).contains("with a key");
            assertThat(ada.get("/api/account").statusCode()).isEqualTo(200);
        }
    }
}
