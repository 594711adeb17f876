package dev.mindfulcode.dataprotection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.embeddedplatform.TestPlatform;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class ProtectionSecretsTest {

    private static final KeyEncryptionKey KEK = newKey();

    @SuppressWarnings("NullAway.Init")
    private static DataSource database;

    private final String name = "test-" + UUID.randomUUID();

    @BeforeAll
    static void migrate() {
        database = PostgresUrl.parse(TestPlatform.shared().freshDatabase()).dataSource();
        PostgresUserKeys.migrate(database);
    }

    @Test
    void createsOneSecretUnderConcurrency() throws Exception {
        int racers = 8;
        CyclicBarrier start = new CyclicBarrier(racers);
        try (ExecutorService services = Executors.newFixedThreadPool(racers)) {
            List<Future<byte[]>> secrets = new ArrayList<>();
            for (int i = 0; i < racers; i++) {
                secrets.add(services.submit(() -> {
                    start.await(30, TimeUnit.SECONDS);
                    return secrets().get(name);
                }));
            }
            byte[] expected = secrets().get(name);
            assertThat(expected).hasSize(ProtectionSecrets.SIZE_BYTES);
            for (Future<byte[]> secret : secrets) {
                assertThat(secret.get(30, TimeUnit.SECONDS)).isEqualTo(expected);
            }
        }
        assertThat(secrets().get("other-" + name)).isNotEqualTo(secrets().get(name));
    }

    @Test
    void returnsCopies() {
        ProtectionSecrets secrets = secrets();
        byte[] first = secrets.get(name);
        byte[] expected = first.clone();
        first[0]++;

        assertThat(secrets.get(name)).isEqualTo(expected);
    }

    @Test
    void storesSecretsSealedUnderTheirName() throws Exception {
        byte[] secret = secrets().get(name);
        byte[] sealed = sealed();

        assertThat(sealed).hasSize(ProtectionSecrets.SIZE_BYTES + AesGcm.OVERHEAD_BYTES);
        assertThat(KEK.open(sealed, "secret/" + name)).isEqualTo(secret);
        ProtectionSecrets wrongKey = new ProtectionSecrets(database, newKey());
        assertThatThrownBy(() -> wrongKey.get(name))
                .isInstanceOf(UserKeyException.class)
                .hasMessageContaining("ENCRYPTION_KEY")
                .hasMessageContaining(name);
    }

    private ProtectionSecrets secrets() {
        return new ProtectionSecrets(database, KEK);
    }

    private byte[] sealed() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT sealed FROM protection.secrets WHERE name = '" + name + "'")) {
            assertThat(row.next()).isTrue();
            return row.getBytes(1);
        }
    }

    private static KeyEncryptionKey newKey() {
        return KeyEncryptionKey.parse(Base64.getEncoder().encodeToString(AesGcm.randomKey()));
    }
}
