package dev.mindfulcode.dataprotection;

import java.util.List;
import java.util.UUID;
import java.util.function.Function;

/**
 * A column with secrets that the key-encryption key seals.
 *
 * @param name in progress and cursors
 * @param table with its schema
 * @param keyType the SQL type of the key column, which is indexed
 * @param associatedData of the row with a key
 */
public record WrappedColumn(
        String name, String table, String key, String keyType, String column, Function<String, byte[]> associatedData) {

    /** @param purpose returns what {@link KeyEncryptionKey#seal} was given for the row with a key */
    public static WrappedColumn withPurpose(
            String name, String table, String key, String keyType, String column, Function<String, String> purpose) {
        return new WrappedColumn(
                name, table, key, keyType, column, id -> KeyEncryptionKey.associatedData(purpose.apply(id)));
    }

    /** Returns the columns of the schema {@code protection}. */
    public static List<WrappedColumn> ofProtection() {
        return List.of(
                new WrappedColumn(
                        "user_keys",
                        "protection.user_keys",
                        "user_id",
                        "uuid",
                        "wrapped_key",
                        id -> KeyEncryptionKey.associatedData(UUID.fromString(id))),
                withPurpose("secrets", "protection.secrets", "name", "text", "sealed", ProtectionSecrets::purpose));
    }
}
