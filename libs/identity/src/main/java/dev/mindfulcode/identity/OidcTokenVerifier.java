package dev.mindfulcode.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.RemoteKeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies access tokens of an OIDC issuer with the issuer's published keys, and finds or creates the account of their
 * subject. Keys are fetched for the first token, cached, and fetched again for an unknown key id, at a limited rate.
 * Thread-safe.
 *
 * <p>Security guarantees: only public-key signatures are accepted, so that published keys cannot sign a token; keys
 * come from the address in the issuer's metadata, never from the token.
 */
final class OidcTokenVerifier implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(OidcTokenVerifier.class);

    private static final String METADATA = "/.well-known/openid-configuration";
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.copyOf(JWSAlgorithm.Family.SIGNATURE);
    private static final Set<JOSEObjectType> TYPES = Set.of(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"));
    private static final int SUBJECT_LENGTH_MAX = 255;

    private static final int CONNECT_TIMEOUT_MS = 2_000;
    private static final int READ_TIMEOUT_MS = 3_000;
    private static final int DOCUMENT_BYTES_MAX = 256 * 1024;
    private static final Duration KEYS_CACHE_DURATION = Duration.ofMinutes(15);
    private static final Duration KEYS_TIMEOUT = Duration.ofSeconds(6);
    private static final Duration KEYS_FETCH_INTERVAL_MIN = Duration.ofSeconds(30);

    /** Verification may wait for the issuer, so it has its own threads; past the queue's limit it is refused. */
    private static final int THREADS_MAX = 2;

    private static final int PENDING_MAX = 500;
    private static final int IDLE_THREAD_SECONDS = 30;

    private final OidcIssuer issuer;
    private final Clock clock;
    private final IdentityLookup lookup;
    private final @Nullable AccountProvisioner provisioner;
    private final ExecutorService threads;
    private volatile @Nullable DefaultJWTProcessor<SecurityContext> processor;

    OidcTokenVerifier(OidcIssuer issuer, IdentityLookup lookup, @Nullable AccountProvisioner provisioner, Clock clock) {
        this.issuer = issuer;
        this.lookup = lookup;
        this.provisioner = provisioner;
        this.clock = clock;
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                THREADS_MAX,
                THREADS_MAX,
                IDLE_THREAD_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(PENDING_MAX),
                Thread.ofPlatform().daemon().name("oidc-verifier-", 0).factory());
        pool.allowCoreThreadTimeOut(true);
        this.threads = pool;
    }

    CompletableFuture<VerifiedCredential> verify(SignedJWT token) {
        try {
            return CompletableFuture.supplyAsync(() -> verifySignature(token), threads)
                    .thenCompose(this::withAccount);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(CredentialException.unavailable());
        }
    }

    private JWTClaimsSet verifySignature(SignedJWT token) {
        try {
            JWTClaimsSet claims = processor().process(token, null);
            String subject = claims.getSubject();
            if (subject.isBlank() || subject.length() > SUBJECT_LENGTH_MAX) {
                throw CredentialException.invalid();
            }
            return claims;
        } catch (BadJOSEException | ParseException e) {
            throw CredentialException.invalid();
        } catch (RemoteKeySourceException | IOException e) {
            log.warn("Fetching keys of the OIDC issuer failed: issuer={}, error={}", issuer.uri(), e.toString());
            throw CredentialException.unavailable();
        } catch (JOSEException e) {
            throw CredentialException.invalid();
        }
    }

    private CompletableFuture<VerifiedCredential> withAccount(JWTClaimsSet claims) {
        String subject = claims.getSubject();
        return lookup.external(issuer.uri(), subject)
                .thenCompose(known -> known.map(CompletableFuture::completedFuture)
                        .orElseGet(() -> provisioner == null
                                ? CompletableFuture.failedFuture(CredentialException.invalid())
                                : provisioner.provision(
                                        issuer.uri(), subject, verifiedEmail(claims), issuedAt(claims))))
                .thenApply(userId ->
                        new VerifiedCredential(identity(userId, claims.getExpirationTime()), clock.instant()));
    }

    private Identity identity(UUID userId, Date expiresAt) {
        return new Identity(userId, null, VerifiedCredential.limitExpiry(expiresAt, clock.instant()), Scope.EVERYTHING);
    }

    private static Instant issuedAt(JWTClaimsSet claims) {
        Date issuedAt = claims.getIssueTime();
        return issuedAt == null ? Instant.EPOCH : issuedAt.toInstant();
    }

    private static @Nullable String verifiedEmail(JWTClaimsSet claims) {
        try {
            return Boolean.TRUE.equals(claims.getBooleanClaim("email_verified"))
                    ? claims.getStringClaim("email")
                    : null;
        } catch (ParseException e) {
            return null;
        }
    }

    private DefaultJWTProcessor<SecurityContext> processor() throws IOException, ParseException {
        DefaultJWTProcessor<SecurityContext> made = processor;
        if (made == null) {
            synchronized (this) {
                made = processor;
                if (made == null) {
                    made = makeProcessor();
                    processor = made;
                }
            }
        }
        return made;
    }

    private DefaultJWTProcessor<SecurityContext> makeProcessor() throws IOException, ParseException {
        DefaultResourceRetriever documents =
                new DefaultResourceRetriever(CONNECT_TIMEOUT_MS, READ_TIMEOUT_MS, DOCUMENT_BYTES_MAX);
        var metadata = JSONObjectUtils.parse(documents
                .retrieveResource(URI.create(issuer.uri().replaceFirst("/$", "") + METADATA)
                        .toURL())
                .getContent());
        String keys = JSONObjectUtils.getString(metadata, "jwks_uri");
        if (!issuer.uri().equals(JSONObjectUtils.getString(metadata, "issuer"))
                || OidcIssuer.parse(keys, null) == null) {
            throw new IOException("metadata names another issuer or no jwks_uri");
        }
        JWKSource<SecurityContext> source = JWKSourceBuilder.create(
                        URI.create(keys).toURL(), documents)
                .cache(KEYS_CACHE_DURATION.toMillis(), KEYS_TIMEOUT.toMillis())
                .rateLimited(KEYS_FETCH_INTERVAL_MIN.toMillis())
                .build();
        DefaultJWTProcessor<SecurityContext> made = new DefaultJWTProcessor<>();
        made.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(withNone(TYPES)));
        made.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, source));
        made.setJWTClaimsSetVerifier(claimsVerifier());
        return made;
    }

    private static Set<JOSEObjectType> withNone(Set<JOSEObjectType> types) {
        Set<JOSEObjectType> all = new HashSet<>(types);
        all.add(null);
        return all;
    }

    private DefaultJWTClaimsVerifier<SecurityContext> claimsVerifier() {
        DefaultJWTClaimsVerifier<SecurityContext> verifier =
                new DefaultJWTClaimsVerifier<>(
                        issuer.audience() == null ? null : Set.of(issuer.audience()),
                        new JWTClaimsSet.Builder().issuer(issuer.uri()).build(),
                        Set.of("sub", "exp"),
                        null) {
                    @Override
                    protected Date currentTime() {
                        return Date.from(clock.instant());
                    }
                };
        verifier.setMaxClockSkew((int) AccessTokenFormat.CLOCK_SKEW.toSeconds());
        return verifier;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
