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
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Tells for whom a credential speaks: an access token of ours, one of the trusted issuer, or an API key. Thread-safe;
 * never blocks.
 *
 * <p>Who has been checked is remembered, by the credential's hash, until it expires, so that a client pays for one
 * signature and not one a request. A revocation reaches what is remembered within
 * {@link IdentityTables#REVOCATIONS_EVERY} and the time of a query. While the database cannot be reached no revocations
 * are heard of; access tokens then last until they expire.
 */
public final class Credentials implements AutoCloseable {

    /** A credential that is longer was not made by anybody we trust. */
    static final int CHARS_MAX = 4_096;

    /** Some 15 MB. */
    static final int REMEMBERED_MAX = 50_000;

    /** Then a key is looked up again, and so noted as used. */
    static final Duration API_KEY_REMEMBERED_FOR = Duration.ofMinutes(5);

    private final Clock clock;
    private final Revocations revocations;
    private final IdentityTables tables;
    private final OwnTokens own;
    private final @Nullable OidcIssuer issuer;
    private final @Nullable ExternalTokens external;
    private final Cache<CredentialHash, Checked> remembered;

    private Credentials(
            DataSource database,
            @Nullable JwtSecret secret,
            @Nullable OidcIssuer issuer,
            @Nullable Newcomers newcomers,
            Clock clock,
            int rememberedMax) {
        this.clock = clock;
        this.revocations = new Revocations(clock, Revocations.REMEMBERED_MAX);
        this.tables = new IdentityTables(database, revocations, secret == null ? this::published : null);
        this.own = new OwnTokens(secret, tables::signingKeys, clock);
        this.issuer = issuer;
        this.external = issuer == null ? null : new ExternalTokens(issuer, tables, newcomers, clock);
        this.remembered = Caffeine.newBuilder()
                .maximumSize(rememberedMax)
                .expireAfter(Expiry.creating((CredentialHash hash, Checked checked) -> rememberedFor(checked)))
                .build();
    }

    /**
     * Opens the credentials that a database and settings give.
     *
     * @param secret null where tokens are verified with the published keys
     * @param issuer null where no other issuer is trusted
     * @param newcomers null where accounts are not made
     */
    public static Credentials open(
            DataSource database,
            @Nullable JwtSecret secret,
            @Nullable OidcIssuer issuer,
            @Nullable Newcomers newcomers,
            Clock clock) {
        return open(database, secret, issuer, newcomers, clock, REMEMBERED_MAX);
    }

    static Credentials open(
            DataSource database,
            @Nullable JwtSecret secret,
            @Nullable OidcIssuer issuer,
            @Nullable Newcomers newcomers,
            Clock clock,
            int rememberedMax) {
        Credentials credentials = new Credentials(database, secret, issuer, newcomers, clock, rememberedMax);
        credentials.tables.start();
        return credentials;
    }

    /** What this process knows to be revoked. */
    public Revocations revocations() {
        return revocations;
    }

    /**
     * Tells for whom a credential speaks; at once where it is remembered.
     *
     * @return fails with a {@link CredentialException}
     */
    public CompletableFuture<Identity> check(String credential) {
        if (credential.length() > CHARS_MAX) {
            return CompletableFuture.failedFuture(CredentialException.invalid());
        }
        CredentialHash hash = CredentialHash.of(credential);
        Checked known = remembered.getIfPresent(hash);
        if (known != null && !(isKey(known) && revocations.distrust(known.madeAt()))) {
            return valid(known);
        }
        return checkAnew(credential, hash).thenCompose(checked -> {
            CompletableFuture<Identity> valid = valid(checked);
            if (!valid.isCompletedExceptionally()) {
                remembered.put(hash, checked);
            }
            return valid;
        });
    }

    private CompletableFuture<Checked> checkAnew(String credential, CredentialHash hash) {
        if (ApiKeys.isOne(credential)) {
            return ApiKeys.isWellFormed(credential)
                    ? tables.apiKey(hash).thenApply(this::checked)
                    : CompletableFuture.failedFuture(CredentialException.unknownKey());
        }
        try {
            SignedJWT token = SignedJWT.parse(credential);
            JWTClaimsSet claims = token.getJWTClaimsSet();
            String from = claims == null ? null : claims.getIssuer();
            if (claims != null && AccessTokenFormat.ISSUER.equals(from)) {
                return own.check(token, claims);
            }
            if (external != null && issuer != null && issuer.uri().equals(from)) {
                return external.check(token);
            }
        } catch (ParseException | RuntimeException e) {
            // Malformed in one of the many ways that a parser finds.
        }
        return CompletableFuture.failedFuture(CredentialException.invalid());
    }

    private Checked checked(Optional<IdentityTables.ApiKey> found) {
        IdentityTables.ApiKey key = found.orElseThrow(CredentialException::unknownKey);
        return new Checked(new Identity(key.userId(), key.keyId(), Instant.MAX, Scope.INGEST), clock.instant());
    }

    private CompletableFuture<Identity> valid(Checked checked) {
        Identity identity = checked.identity();
        boolean isKey = isKey(checked);
        if (!isKey && !clock.instant().isBefore(identity.expiresAt().plus(AccessTokenFormat.CLOCK_SKEW))) {
            return CompletableFuture.failedFuture(CredentialException.expired());
        }
        boolean isOwnToken = !isKey && identity.grantId() != null;
        if (revocations.cover(identity.grantId()) || (isOwnToken && revocations.distrust(checked.madeAt()))) {
            return CompletableFuture.failedFuture(
                    isKey ? CredentialException.unknownKey() : CredentialException.revoked());
        }
        return CompletableFuture.completedFuture(identity);
    }

    private Duration rememberedFor(Checked checked) {
        return isKey(checked)
                ? API_KEY_REMEMBERED_FOR
                : Duration.between(clock.instant(), checked.identity().expiresAt())
                        .plus(AccessTokenFormat.CLOCK_SKEW);
    }

    private static boolean isKey(Checked checked) {
        return checked.identity().scope() == Scope.INGEST;
    }

    private void published(PublishedKeys keys) {
        own.published(keys);
    }

    @Override
    public void close() {
        if (external != null) {
            external.close();
        }
        tables.close();
    }
}
