package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.apigateway.accounts.AccessTokens.Signing;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.identity.JwtSecret;
import org.jspecify.annotations.Nullable;

/** With what access tokens are signed: JWT_SECRET where it is given, else the newest of the {@link SigningKeys}. */
sealed interface TokenSigning extends AutoCloseable {

    static TokenSigning of(@Nullable JwtSecret secret, Database database, KeyEncryptionKey keyEncryptionKey) {
        return secret != null
                ? new WithSecret(Signing.with(secret))
                : new WithKeys(SigningKeys.open(database, keyEncryptionKey));
    }

    Signing next();

    @Override
    void close();

    record WithSecret(Signing next) implements TokenSigning {
        @Override
        public void close() {}
    }

    record WithKeys(SigningKeys keys) implements TokenSigning {
        @Override
        public Signing next() {
            return keys.newest();
        }

        @Override
        public void close() {
            keys.close();
        }
    }
}
