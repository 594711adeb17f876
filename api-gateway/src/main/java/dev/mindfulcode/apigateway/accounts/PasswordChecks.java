package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.apigateway.limits.SignInAttempt;
import reactor.core.publisher.Mono;

/** Counts checks of a signed-in user's current password. Each check needs the attempt that it emits. */
@FunctionalInterface
interface PasswordChecks {

    /**
     * Counts a check as an attempt to sign in to the account; fails with 429 past the limit.
     *
     * @param account names the account in counters, without its address
     */
    Mono<SignInAttempt> count(String account);
}
