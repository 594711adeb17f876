package dev.mindfulcode.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Verifies credentials: local access tokens, access tokens of the trusted OIDC issuer, and API keys. Thread-safe; never
 * blocks.
 *
 * <p>Verified credentials are cached by their hash until they expire, so that a client costs one signature check and
 * not one per request. A revocation reaches the cache within {@link IdentityLookup#REVOCATIONS_INTERVAL} and the time
 * of a query. While revocations cannot be read, no credential is accepted, after {@link IdentityLookup#LEASE}.
 */
public final class CredentialVerifier implements AutoCloseable {

    /** No trusted issuer creates longer credentials. */
    static final int LENGTH_MAX = 4_096;

    /** About 15 MB. */
    static final int CACHE_SIZE_MAX = 50_000;

    /** After this time a key is looked up again, which records its use. */
    static final Duration API_KEY_CACHE_DURATION = Duration.ofMinutes(5);

    private final Clock clock;
    private final Revocations revocations;
    private final IdentityLookup tables;
    private final LocalTokenVerifier own;
    private final @Nullable OidcIssuer issuer;
    private final @Nullable OidcTokenVerifier external;
    private final Cache<CredentialHash, VerifiedCredential> cache;

    private CredentialVerifier(
            DataSource database,
            @Nullable JwtSecret secret,
            @Nullable OidcIssuer issuer,
            @Nullable AccountProvisioner provisioner,
            Supplier<BlindIndex> subjects,
            Clock clock,
            int cacheSizeMax,
            LongSupplier nanoTime) {
        this.clock = clock;
        this.revocations = new Revocations(clock, Revocations.SIZE_MAX);
        this.tables = new IdentityLookup(
                database, revocations, secret == null ? this::setPublishedKeys : null, subjects, nanoTime);
        this.own = new LocalTokenVerifier(secret, tables::signingKeys, clock);
        this.issuer = issuer;
        this.external = issuer == null ? null : new OidcTokenVerifier(issuer, tables, provisioner, clock);
        this.cache = Caffeine.newBuilder()
                .maximumSize(cacheSizeMax)
                .expireAfter(
                        Expiry.creating((CredentialHash hash, VerifiedCredential checked) -> cacheDuration(checked)))
                .build();
        revocations.onRemoved(ids -> cache.asMap()
                .values()
                .removeIf(checked -> ids.contains(checked.identity().userId())));
    }

    /**
     * Creates a verifier and starts its thread.
     *
     * @param secret null if local tokens are verified with the keys in the database
     * @param issuer null if no OIDC issuer is trusted
     * @param provisioner null if this service does not create accounts
     * @param subjects returns the index of subjects of the issuer's users; may block
     */
    public static CredentialVerifier open(
            DataSource database,
            @Nullable JwtSecret secret,
            @Nullable OidcIssuer issuer,
            @Nullable AccountProvisioner provisioner,
            Supplier<BlindIndex> subjects,
            Clock clock) {
        return open(database, secret, issuer, provisioner, subjects, clock, CACHE_SIZE_MAX, System::nanoTime);
    }

    static CredentialVerifier open(
            DataSource database,
            @Nullable JwtSecret secret,
            @Nullable OidcIssuer issuer,
            @Nullable AccountProvisioner provisioner,
            Supplier<BlindIndex> subjects,
            Clock clock,
            int cacheSizeMax,
            LongSupplier nanoTime) {
        CredentialVerifier credentials =
                new CredentialVerifier(database, secret, issuer, provisioner, subjects, clock, cacheSizeMax, nanoTime);
        credentials.tables.start();
        return credentials;
    }

    /** Returns the revocations known to this process. */
    public Revocations revocations() {
        return revocations;
    }

    /**
     * Verifies a credential, at once if it is cached.
     *
     * @return a future that may fail with a {@link CredentialException}
     */
    public CompletableFuture<Identity> verify(String credential) {
        if (credential.length() > LENGTH_MAX) {
            return CompletableFuture.failedFuture(CredentialException.invalid());
        }
        return tables.isCurrent() ? verifyNow(credential) : tables.pollNow().thenCompose(_ -> verifyNow(credential));
    }

    private CompletableFuture<Identity> verifyNow(String credential) {
        CredentialHash hash = CredentialHash.of(credential);
        VerifiedCredential known = cache.getIfPresent(hash);
        if (known != null && !(isApiKey(known) && revocations.isDistrusted(known.verifiedAt()))) {
            return requireValid(known);
        }
        return verifyUncached(credential, hash).thenCompose(checked -> {
            CompletableFuture<Identity> valid = requireValid(checked);
            if (!valid.isCompletedExceptionally()) {
                cache.put(hash, checked);
            }
            return valid;
        });
    }

    private CompletableFuture<VerifiedCredential> verifyUncached(String credential, CredentialHash hash) {
        if (ApiKeys.isApiKey(credential)) {
            return ApiKeys.isWellFormed(credential)
                    ? tables.apiKey(hash).thenApply(this::fromApiKey)
                    : CompletableFuture.failedFuture(CredentialException.unknownKey());
        }
        try {
            SignedJWT token = SignedJWT.parse(credential);
            JWTClaimsSet claims = token.getJWTClaimsSet();
            String from = claims == null ? null : claims.getIssuer();
            if (claims != null && AccessTokenFormat.ISSUER.equals(from)) {
                return own.verify(token, claims);
            }
            if (external != null && issuer != null && issuer.uri().equals(from)) {
                return external.verify(token);
            }
        } catch (ParseException | RuntimeException e) {
            // Malformed.
        }
        return CompletableFuture.failedFuture(CredentialException.invalid());
    }

    private VerifiedCredential fromApiKey(Optional<IdentityLookup.ApiKey> found) {
        IdentityLookup.ApiKey key = found.orElseThrow(CredentialException::unknownKey);
        return new VerifiedCredential(
                new Identity(key.userId(), key.keyId(), Instant.MAX, key.scope()), clock.instant());
    }

    private CompletableFuture<Identity> requireValid(VerifiedCredential checked) {
        Identity identity = checked.identity();
        boolean isKey = isApiKey(checked);
        if (!isKey && !clock.instant().isBefore(identity.expiresAt().plus(AccessTokenFormat.CLOCK_SKEW))) {
            return CompletableFuture.failedFuture(CredentialException.expired());
        }
        boolean isOwnToken = !isKey && identity.grantId() != null;
        if (revocations.contains(identity.grantId())
                || revocations.contains(identity.userId())
                || (isOwnToken && revocations.isDistrusted(checked.verifiedAt()))) {
            return CompletableFuture.failedFuture(
                    isKey ? CredentialException.unknownKey() : CredentialException.revoked());
        }
        return CompletableFuture.completedFuture(identity);
    }

    private Duration cacheDuration(VerifiedCredential checked) {
        return isApiKey(checked)
                ? API_KEY_CACHE_DURATION
                : Duration.between(clock.instant(), checked.identity().expiresAt())
                        .plus(AccessTokenFormat.CLOCK_SKEW);
    }

    private static boolean isApiKey(VerifiedCredential checked) {
        return checked.identity().scope().isOfApiKey();
    }

    private void setPublishedKeys(PublishedKeys keys) {
        own.setPublishedKeys(keys);
    }

    @Override
    public void close() {
        if (external != null) {
            external.close();
        }
        tables.close();
    }
}
