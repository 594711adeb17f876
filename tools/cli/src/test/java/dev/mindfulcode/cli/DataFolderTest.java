package dev.mindfulcode.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {

    @TempDir
    Path temporary;

    private DataFolder folder;

    @BeforeEach
    void create() {
        folder = DataFolder.at(temporary.resolve("data"));
        folder.create();
    }

    @Test
    void isReadableByItsOwnerOnly() throws Exception {
        Secrets.readOrCreate(folder.secretsFile());

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.path())))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.secretsFile())))
                .isEqualTo("rw-------");
    }

    @Test
    void refusesDataOfAnUnreleasedBuild() throws Exception {
        Secrets.readOrCreate(folder.secretsFile());
        folder.create();
        Files.delete(folder.path().resolve("format"));

        assertThatThrownBy(folder::create)
                .isInstanceOf(UserErrorException.class)
                .hasMessageContaining(folder.path() + ": its format is unknown, this version reads format 3.")
                .hasMessageContaining("Remove the folder, move it away")
                .hasMessageContaining("--data DIR");
    }

    @Test
    void generatesStrongSecretsOnce() {
        Secrets first = Secrets.readOrCreate(folder.secretsFile());
        Secrets second = Secrets.readOrCreate(folder.secretsFile());

        assertThat(second.encryptionKey()).isEqualTo(first.encryptionKey());
        assertThat(second.postgresPassword()).isEqualTo(first.postgresPassword());
        assertThat(Base64.getDecoder().decode(first.encryptionKey())).hasSize(32);
        assertThat(first.postgresPassword()).hasSizeGreaterThanOrEqualTo(32);
        assertThat(first.toString()).doesNotContain(first.postgresPassword());
    }

    @Test
    void generatesMissingSecretsOnly() throws Exception {
        Secrets first = Secrets.readOrCreate(folder.secretsFile());
        Files.writeString(folder.secretsFile(), "ENCRYPTION_KEY=" + first.encryptionKey() + "\n");

        Secrets mended = Secrets.readOrCreate(folder.secretsFile());

        assertThat(mended.encryptionKey()).isEqualTo(first.encryptionKey());
        assertThat(mended.postgresPassword()).isNotBlank().isNotEqualTo(first.postgresPassword());
    }

    @Test
    void holdsBothKeysDuringARotation() throws Exception {
        Secrets before = Secrets.readOrCreate(folder.secretsFile());
        assertThat(before.previousEncryptionKey()).isEmpty();

        assertThat(Secrets.beginRotation(folder.secretsFile())).isTrue();
        assertThat(Secrets.beginRotation(folder.secretsFile())).as("again").isFalse();

        Secrets during = Secrets.readOrCreate(folder.secretsFile());
        assertThat(during.previousEncryptionKey()).contains(before.encryptionKey());
        assertThat(during.encryptionKey()).isNotEqualTo(before.encryptionKey());
        assertThat(during.encryptionKeyId()).hasSize(16).isNotEqualTo(before.encryptionKeyId());
        assertThat(during.postgresPassword()).isEqualTo(before.postgresPassword());

        Secrets.endRotation(folder.secretsFile());
        Secrets after = Secrets.readOrCreate(folder.secretsFile());
        assertThat(after.previousEncryptionKey()).isEmpty();
        assertThat(after.encryptionKey()).isEqualTo(during.encryptionKey());
        assertThat(Files.readString(folder.secretsFile())).doesNotContain(before.encryptionKey());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.secretsFile())))
                .isEqualTo("rw-------");
    }

    @Test
    void locksTheFolderAndAnnouncesTheInstance() throws IOException {
        assertThat(folder.runningUrl()).isEmpty();
        try (DataFolder.Lock lock = folder.lock()) {
            assertThat(folder.runningKafka()).isEmpty();
            Secrets secrets = Secrets.readOrCreate(folder.secretsFile());
            lock.announce(
                    "http://localhost:3999", "127.0.0.1:9", "postgresql://mindful:the-password@127.0.0.1:5432/mindful");

            assertThat(folder.runningUrl()).contains("http://localhost:3999");
            assertThat(folder.runningKafka()).contains("127.0.0.1:9");
            assertThat(folder.runningDatabaseUrl())
                    .contains("postgresql://mindful:" + secrets.postgresPassword() + "@127.0.0.1:5432/mindful");
            assertThat(Files.readString(folder.path().resolve("running.properties")))
                    .doesNotContain("the-password");
            assertThatThrownBy(folder::lock)
                    .isInstanceOf(UserErrorException.class)
                    .hasMessageContaining("http://localhost:3999")
                    .hasMessageContaining("--data");
        }
        assertThat(folder.runningUrl()).isEmpty();
    }

    @Test
    void ignoresAnnouncementsOfKilledInstances() throws Exception {
        Files.writeString(folder.path().resolve("running.properties"), "url=http://localhost:3999\npid=1\n");

        assertThat(folder.runningUrl()).isEmpty();
    }

    @Test
    void refusesFoldersOfOtherUsers() throws Exception {
        boolean isRoot = System.getProperty("user.name").equals("root");
        Path foreign = isRoot ? Files.createDirectory(temporary.resolve("foreign")) : Path.of("/usr");
        if (isRoot) {
            Files.setAttribute(foreign, "unix:uid", 65_534);
        }

        assertThatThrownBy(() -> DataFolder.at(foreign).create())
                .isInstanceOf(UserErrorException.class)
                .hasMessageContaining("belongs to " + Files.getOwner(foreign).getName() + ", and you are")
                .hasMessageContaining("--data DIR")
                .hasMessageContaining("sudo chown -R");
        assertThat(foreign.resolve("logs")).doesNotExist();
    }

    @Test
    void refusesUnwritableFolders() throws Exception {
        Path file = Files.createFile(temporary.resolve("file"));

        assertThatThrownBy(() -> DataFolder.at(file).create())
                .isInstanceOf(UserErrorException.class)
                .hasMessageContaining("is a file. Choose another with --data DIR");
        assertThatThrownBy(() -> DataFolder.at(file.resolve("below")).create())
                .isInstanceOf(UserErrorException.class)
                .hasMessageStartingWith("Cannot write to the data folder " + file.resolve("below"))
                .hasMessageContaining("--data DIR");
    }
}
