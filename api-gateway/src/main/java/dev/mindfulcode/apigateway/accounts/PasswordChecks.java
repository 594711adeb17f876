package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.apigateway.limits.SignInAttempt;
import reactor.core.publisher.Mono;

/** Counts checks of the current password of somebody who is signed in. Each check needs the attempt that this emits. */
@FunctionalInterface
interface PasswordChecks {

    /**
     * Counts a check as an attempt to sign in to the account; fails with 429 past the limit.
     *
     * @param account the account's e-mail address
     */
    Mono<SignInAttempt> count(String account);
}
