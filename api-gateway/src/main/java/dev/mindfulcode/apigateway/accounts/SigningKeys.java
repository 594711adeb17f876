package dev.mindfulcode.apigateway.accounts;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.mindfulcode.apigateway.accounts.AccessTokens.Signing;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.identity.AccessTokenFormat;
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
 * The keys that sign access tokens (ES256), shared by all gateways of a database. The newest signs; a row newer than
 * {@link #LIFETIME} is always there, made by whichever gateway misses it first. Thread-safe.
 *
 * <p>Security guarantees: a private key leaves the process sealed with the key-encryption key only.
 */
final class SigningKeys implements AutoCloseable {

    /** After which a new key takes over. */
    static final Duration LIFETIME = Duration.ofDays(90);

    private static final Logger LOG = LoggerFactory.getLogger(SigningKeys.class);

    /** Well within {@link AccessTokenFormat#VALIDITY_MAX}: what another gateway rotated is signed with by then. */
    private static final Duration LOOKED_AT_EVERY = Duration.ofMinutes(1);

    private static final Duration START_WAIT_MAX = Duration.ofSeconds(15);
    private static final String PURPOSE = "signing-key/";

    private final Database database;
    private final KeyEncryptionKey keyEncryptionKey;
    private final Disposable looking;
    private volatile @Nullable Newest newest;

    private SigningKeys(Database database, KeyEncryptionKey keyEncryptionKey) {
        this.database = database;
        this.keyEncryptionKey = keyEncryptionKey;
        look().block(START_WAIT_MAX);
        looking = Flux.interval(LOOKED_AT_EVERY)
                .onBackpressureDrop()
                .concatMap(_ -> look().onErrorResume(e -> {
                    LOG.warn("The signing keys cannot be looked at: {}", e.toString());
                    return Mono.empty();
                }))
                .subscribe();
    }

    /** Opens the keys of a migrated database; blocks. */
    static SigningKeys open(Database database, KeyEncryptionKey keyEncryptionKey) {
        return new SigningKeys(database, keyEncryptionKey);
    }

    Signing newest() {
        return Objects.requireNonNull(newest, "looked at before it is known").signing();
    }

    /** The public parts of the keys whose tokens may still be about, as JWKs. */
    static Mono<List<String>> published(Database database) {
        return database.sql("""
            select public_jwk from (
                select public_jwk, created_at, lead(created_at) over (order by created_at, kid) as next_at
                from identity.signing_keys) keys
            where next_at is null or next_at > now() - make_interval(secs => :outlived) order by created_at desc\
            """)
                .bind("outlived", AccessTokenFormat.VALIDITY_MAX.toSeconds())
                .map(row -> Objects.requireNonNull(row.get("public_jwk", String.class)))
                .all()
                .collectList();
    }

    private Mono<Void> look() {
        return stored().switchIfEmpty(Mono.defer(() -> insert().then(stored()))).then();
    }

    /** Takes the newest row as what signs; empty where there is none, or none that is young enough and opens. */
    private Mono<Newest> stored() {
        return database.sql("""
            select kid, sealed_private_key from identity.signing_keys
            where created_at > now() - make_interval(secs => :lifetime) order by created_at desc, kid desc limit 1\
            """)
                .bind("lifetime", LIFETIME.toSeconds())
                .map(row -> new Row(
                        Objects.requireNonNull(row.get("kid", String.class)),
                        Objects.requireNonNull(row.get("sealed_private_key", byte[].class))))
                .one()
                .mapNotNull(this::opened)
                .doOnNext(found -> newest = found);
    }

    private @Nullable Newest opened(Row row) {
        Newest known = newest;
        if (known != null && known.kid().equals(row.kid())) {
            return known;
        }
        try {
            byte[] encoded = keyEncryptionKey.open(row.sealedPrivateKey(), PURPOSE + row.kid());
            ECPrivateKey key =
                    (ECPrivateKey) KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
            return new Newest(row.kid(), signing(row.kid(), key));
        } catch (GeneralSecurityException e) {
            LOG.warn("The signing key {} does not open with this ENCRYPTION_KEY; a new one takes its place", row.kid());
            return null;
        }
    }

    private static Signing signing(String kid, ECPrivateKey key) {
        try {
            return new Signing(
                    new JWSHeader.Builder(JWSAlgorithm.ES256)
                            .type(JOSEObjectType.JWT)
                            .keyID(kid)
                            .build(),
                    new ECDSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException("ES256 is not available", e);
        }
    }

    /** Adds a key, and forgets those that have verified their last token long ago. */
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
        return database.sql("delete from identity.signing_keys where created_at < now() - make_interval(secs => :old)")
                .bind("old", LIFETIME.multipliedBy(2).toSeconds())
                .fetch()
                .rowsUpdated()
                .then(database.sql("insert into identity.signing_keys (kid, public_jwk, sealed_private_key)"
                                + " values (:kid, :public, :sealed)")
                        .bind("kid", key.getKeyID())
                        .bind("public", key.toPublicJWK().toJSONString())
                        .bind("sealed", sealed)
                        .fetch()
                        .rowsUpdated())
                .then();
    }

    @Override
    public void close() {
        looking.dispose();
    }

    private record Newest(String kid, Signing signing) {}

    @SuppressWarnings("ArrayRecordComponent") // read once
    private record Row(String kid, byte[] sealedPrivateKey) {}
}
