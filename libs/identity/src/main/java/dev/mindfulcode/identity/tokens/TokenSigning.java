package dev.mindfulcode.identity.tokens;

import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.identity.JwtSecret;
import dev.mindfulcode.identity.ReactiveDatabase;
import org.jspecify.annotations.Nullable;

/** The source of the key that signs access tokens: JWT_SECRET if it is set, else the newest of the database's keys. */
public sealed interface TokenSigning extends AutoCloseable {

    /** Opens the keys of a migrated database unless there is a secret; blocks. */
    static TokenSigning open(@Nullable JwtSecret secret, ReactiveDatabase database, KeyEncryptionKey keyEncryptionKey) {
        return secret != null
                ? new SecretSigning(TokenSigner.of(secret))
                : new DatabaseSigning(SigningKeys.open(database, keyEncryptionKey));
    }

    /** Returns the signer of the next token. */
    TokenSigner signer();

    @Override
    void close();

    record SecretSigning(TokenSigner signer) implements TokenSigning {
        @Override
        public void close() {}
    }

    record DatabaseSigning(SigningKeys keys) implements TokenSigning {
        @Override
        public TokenSigner signer() {
            return keys.newest();
        }

        @Override
        public void close() {
            keys.close();
        }
    }
}
