package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.apigateway.limits.SignInAttempt;
import dev.mindfulcode.identity.accounts.AccountTable;
import dev.mindfulcode.identity.accounts.StoredPassword;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Hashes new passwords under the policy, and confirms current ones. Thread-safe. */
final class Passwords {

    private final PasswordHashes hashes;
    private final PasswordPolicy policy = new PasswordPolicy();
    private final AccountTable accounts;

    Passwords(PasswordHashes hashes, AccountTable accounts) {
        this.hashes = hashes;
        this.accounts = accounts;
    }

    /** The hash that a current password matched, in an attempt that was counted. */
    record Confirmed(SignInAttempt attempt, String hash) {

        /** Without the hash. */
        @Override
        public String toString() {
            return "Confirmed";
        }
    }

    /** The password, or its hash, was replaced while it was being checked. */
    static final class ReplacedException extends RuntimeException {
        ReplacedException() {
            super(null, null, false, false);
        }
    }

    /**
     * Emits the hash of a new password; fails with 400 for {@code field} if it is easily guessed. The policy is checked
     * on the hashing threads, since scoring a password is slow, too.
     */
    Mono<String> hash(
            SignInAttempt attempt, String field, String password, @Nullable String email, @Nullable String name) {
        List<String> personal = Stream.of(email, name)
                .filter(Objects::nonNull)
                .map(Object::toString)
                .toList();
        return hashes.hash(attempt, password, () -> {
            String fault = policy.guessFault(password, personal);
            if (fault != null) {
                throw ProblemType.INVALID_REQUEST.forField(field, fault);
            }
        });
    }

    /** Checks the current password, counted as an attempt to sign in; fails with 403 if it does not match. */
    Mono<Confirmed> confirm(UUID userId, String password, PasswordChecks checks) {
        return accounts.password(userId)
                .switchIfEmpty(Mono.error(Accounts::gone))
                .flatMap(stored -> confirm(stored, password, checks));
    }

    /** As {@link #confirm}, for a change that needs the password only if the account has one; else emits nothing. */
    Mono<Confirmed> confirmIfAny(UUID userId, @Nullable String password, PasswordChecks checks) {
        return accounts.password(userId)
                .filter(stored -> stored.hash() != null)
                .flatMap(stored -> password == null
                        ? Mono.error(() -> ProblemType.INVALID_REQUEST.forField(
                                "current_password", "A new e-mail address needs the current password."))
                        : confirm(stored, password, checks));
    }

    private Mono<Confirmed> confirm(StoredPassword stored, String password, PasswordChecks checks) {
        String hash = stored.hash();
        if (hash == null) {
            return Mono.error(() ->
                    ProblemType.FORBIDDEN.withDetail("The account has no password; it signs in at another issuer."));
        }
        return checks.count(stored.subject())
                .flatMap(attempt -> hashes.matches(attempt, password, hash)
                        .flatMap(matches ->
                                matches ? Mono.just(new Confirmed(attempt, hash)) : Mono.error(Passwords::wrong)));
    }

    /** Fails if a hash was replaced while it was being checked; locks it until the transaction ends. */
    Mono<Void> requireUnchanged(UUID userId, String hash) {
        return accounts.lockPassword(userId, hash).flatMap(Passwords::requireUnchanged);
    }

    /** Replaces a hash; fails if it was replaced while it was being checked. */
    Mono<Void> replace(UUID userId, String oldHash, String newHash) {
        return accounts.replacePassword(userId, oldHash, newHash).flatMap(Passwords::requireUnchanged);
    }

    /** Locks the row of a user until the transaction ends, against changes and erasure. */
    Mono<Void> lockUser(UUID userId) {
        return accounts.lockForRead(userId).then();
    }

    /** Sets the hash of an account that has a password; fails if it has none any more. */
    Mono<Void> reset(UUID userId, String newHash) {
        return accounts.resetPassword(userId, newHash)
                .flatMap(isReset -> isReset ? Mono.empty() : Mono.error(Accounts::gone));
    }

    private static Mono<Void> requireUnchanged(boolean unchanged) {
        return unchanged ? Mono.empty() : Mono.error(ReplacedException::new);
    }

    static RuntimeException wrong() {
        return ProblemType.WRONG_PASSWORD.forField("current_password", "Check it and try again.");
    }
}
