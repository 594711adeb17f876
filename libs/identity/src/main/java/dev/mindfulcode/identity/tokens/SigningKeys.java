package dev.mindfulcode.identity.tokens;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.WrappedColumn;
import dev.mindfulcode.identity.AccessTokenFormat;
import dev.mindfulcode.identity.ReactiveDatabase;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The keys that sign access tokens (ES256), shared by all gateways of a database. The newest key signs. A gateway that
 * finds no key younger than {@link #LIFETIME} creates one. Thread-safe.
 *
 * <p>Security guarantees: a private key leaves the process only sealed with the key-encryption key.
 */
public final class SigningKeys implements AutoCloseable {

    /** A key signs for at most this long. */
    static final Duration LIFETIME = Duration.ofDays(90);

    private static final Logger log = LoggerFactory.getLogger(SigningKeys.class);

    /** Well within {@link AccessTokenFormat#VALIDITY_MAX}, so that all gateways soon sign with a new key. */
    private static final Duration POLL_INTERVAL = Duration.ofMinutes(1);

    private static final Duration START_TIMEOUT = Duration.ofSeconds(15);
    private static final String PURPOSE = "signing-key/";

    private final ReactiveDatabase database;
    private final KeyEncryptionKey keyEncryptionKey;
    private final Disposable polling;
    private volatile @Nullable NewestKey newest;

    private SigningKeys(ReactiveDatabase database, KeyEncryptionKey keyEncryptionKey) {
        this.database = database;
        this.keyEncryptionKey = keyEncryptionKey;
        poll().block(START_TIMEOUT);
        polling = Flux.interval(POLL_INTERVAL)
                .onBackpressureDrop()
                .concatMap(_ -> poll().onErrorResume(e -> {
                    log.warn("Reading the signing keys failed; signing with the known key: error={}", e.toString());
                    return Mono.empty();
                }))
                .subscribe();
    }

    /** Opens the keys of a migrated database; blocks. */
    static SigningKeys open(ReactiveDatabase database, KeyEncryptionKey keyEncryptionKey) {
        return new SigningKeys(database, keyEncryptionKey);
    }

    /** Returns the column that is sealed with the key-encryption key. */
    public static WrappedColumn wrappedColumn() {
        return WrappedColumn.withPurpose(
                "signing_keys", "identity.signing_keys", "kid", "text", "sealed_private_key", kid -> PURPOSE + kid);
    }

    TokenSigner newest() {
        return Objects.requireNonNull(newest, "signing keys have not been read").signer();
    }

    /** Emits the public parts of the keys that verify valid tokens, as JWKs. */
    public static Mono<List<String>> publicKeys(ReactiveDatabase database) {
        return database.sql("""
                        SELECT public_jwk FROM (
                            SELECT public_jwk, created_at, lead(created_at) OVER (ORDER BY created_at, kid) AS next_at
                            FROM identity.signing_keys) keys
                        WHERE next_at IS NULL OR next_at > now() - make_interval(secs => :validity)
                        ORDER BY created_at DESC""")
                .bind("validity", AccessTokenFormat.VALIDITY_MAX.toSeconds())
                .map(row -> Objects.requireNonNull(row.get("public_jwk", String.class)))
                .all()
                .collectList();
    }

    private Mono<Void> poll() {
        return readNewest()
                .switchIfEmpty(Mono.defer(() -> insert().then(readNewest())))
                .then();
    }

    /** Reads the newest key; emits nothing if no key is young enough, or if the newest cannot be opened. */
    private Mono<NewestKey> readNewest() {
        return database.sql("""
                        SELECT kid, sealed_private_key FROM identity.signing_keys
                        WHERE created_at > now() - make_interval(secs => :lifetime)
                        ORDER BY created_at DESC, kid DESC LIMIT 1""")
                .bind("lifetime", LIFETIME.toSeconds())
                .map(row -> new SealedKey(
                        Objects.requireNonNull(row.get("kid", String.class)),
                        Objects.requireNonNull(row.get("sealed_private_key", byte[].class))))
                .one()
                .mapNotNull(this::unseal)
                .doOnNext(found -> newest = found);
    }

    private @Nullable NewestKey unseal(SealedKey sealed) {
        NewestKey known = newest;
        if (known != null && known.kid().equals(sealed.kid())) {
            return known;
        }
        try {
            byte[] encoded = keyEncryptionKey.open(sealed.privateKey(), PURPOSE + sealed.kid());
            ECPrivateKey key =
                    (ECPrivateKey) KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
            return new NewestKey(sealed.kid(), TokenSigner.of(sealed.kid(), key));
        } catch (GeneralSecurityException e) {
            log.warn("Signing key was sealed with another ENCRYPTION_KEY; creating a new one: kid={}", sealed.kid());
            return null;
        }
    }

    /** Inserts a new key, and deletes keys that no longer verify any token. */
    private Mono<Void> insert() {
        ECKey key;
        byte[] sealed;
        try {
            key = new ECKeyGenerator(Curve.P_256)
                    .keyID(UUID.randomUUID().toString())
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.ES256)
                    .generate();
            sealed = keyEncryptionKey.seal(key.toECPrivateKey().getEncoded(), PURPOSE + key.getKeyID());
        } catch (JOSEException e) {
            throw new IllegalStateException("ES256 is not available", e);
        }
        return database.sql("DELETE FROM identity.signing_keys WHERE created_at < now() - make_interval(secs => :old)")
                .bind("old", LIFETIME.multipliedBy(2).toSeconds())
                .fetch()
                .rowsUpdated()
                .then(database.sql("""
                                INSERT INTO identity.signing_keys (kid, public_jwk, sealed_private_key)
                                VALUES (:kid, :public, :sealed)""")
                        .bind("kid", key.getKeyID())
                        .bind("public", key.toPublicJWK().toJSONString())
                        .bind("sealed", sealed)
                        .fetch()
                        .rowsUpdated())
                .then();
    }

    @Override
    public void close() {
        polling.dispose();
    }

    private record NewestKey(String kid, TokenSigner signer) {}

    @SuppressWarnings("ArrayRecordComponent") // read once
    private record SealedKey(String kid, byte[] privateKey) {}
}
