package dev.mindfulcode.dataprotection;

import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;

/**
 * Random secrets that all processes of a system share, by name: each is created once, at its first use, and stored
 * sealed with the key-encryption key in the Postgres table {@code protection.secrets}. Thread-safe.
 *
 * <p>Security guarantees: a sealed secret reveals nothing and opens only under its own name.
 */
public final class ProtectionSecrets {

    public static final int SIZE_BYTES = AesGcm.KEY_SIZE_BYTES;

    private static final String PURPOSE = "secret/";

    private static final String SELECT = "SELECT sealed FROM protection.secrets WHERE name = ?";
    private static final String INSERT =
            "INSERT INTO protection.secrets (name, sealed) VALUES (?, ?) ON CONFLICT DO NOTHING";

    private final DataSource dataSource;
    private final KeyEncryptionKey keyEncryptionKey;
    private final Map<String, byte[]> known = new ConcurrentHashMap<>();

    public ProtectionSecrets(DataSource dataSource, KeyEncryptionKey keyEncryptionKey) {
        this.dataSource = dataSource;
        this.keyEncryptionKey = keyEncryptionKey;
    }

    /**
     * Returns the secret with a name, the same in every process and for ever; blocks at the first call.
     *
     * @param name a constant of the caller, such as {@code email-index}
     * @return {@link #SIZE_BYTES} bytes, a copy
     * @throws UserKeyException if the database fails, or the secret was sealed with another key-encryption key
     */
    public byte[] get(String name) {
        return known.computeIfAbsent(name, this::load).clone();
    }

    @Override
    public String toString() {
        return "ProtectionSecrets";
    }

    private byte[] load(String name) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = UserKeyTable.prepare(connection, SELECT);
                PreparedStatement insert = UserKeyTable.prepare(connection, INSERT)) {
            select.setString(1, name);
            insert.setString(1, name);
            while (true) {
                try (ResultSet row = select.executeQuery()) {
                    if (row.next()) {
                        return keyEncryptionKey.open(row.getBytes(1), purpose(name));
                    }
                }
                // Of concurrent calls one inserts, and all read its secret.
                insert.setBytes(2, keyEncryptionKey.seal(AesGcm.randomKey(), purpose(name)));
                insert.executeUpdate();
            }
        } catch (SQLException e) {
            throw new UserKeyException("Database unavailable: reading a secret failed", e);
        } catch (GeneralSecurityException e) {
            throw new UserKeyException(
                    "ENCRYPTION_KEY does not open the secret " + name + "; set the one with which it was created", e);
        }
    }

    static String purpose(String name) {
        return PURPOSE + name;
    }
}
