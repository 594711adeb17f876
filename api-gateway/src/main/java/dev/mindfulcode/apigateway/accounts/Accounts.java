package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.identity.accounts.Account;
import dev.mindfulcode.identity.accounts.AccountDetails;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import reactor.core.publisher.Mono;

/** Reads and corrects the personal details of accounts. */
public final class Accounts {

    private final Database database;
    private final AccountDetails table;
    private final Passwords passwords;
    private final AccountEvents events;
    private final Clock clock;

    Accounts(Database database, AccountDetails table, Passwords passwords, AccountEvents events, Clock clock) {
        this.database = database;
        this.table = table;
        this.passwords = passwords;
        this.events = events;
        this.clock = clock;
    }

    public Mono<Account> find(UUID userId) {
        return table.find(userId).switchIfEmpty(Mono.error(Accounts::gone));
    }

    /** Corrects personal details. A new time zone is published, so that daily totals are computed again. */
    Mono<Account> correct(UUID userId, Correction change, PasswordChecks checks) {
        Mono<Optional<String>> confirmedHash = change.email() == null
                ? Mono.just(Optional.empty())
                : passwords
                        .confirmIfAny(userId, change.currentPassword(), checks)
                        .map(confirmed -> Optional.of(confirmed.hash()))
                        .defaultIfEmpty(Optional.empty());
        Instant now = clock.instant();
        return confirmedHash
                .flatMap(hash -> sealSettingsChanged(userId, change.timeZone(), now)
                        .flatMap(event -> database.inTransaction(lock(userId)
                                .flatMap(before -> hash.map(known -> passwords.requireUnchanged(userId, known))
                                        .orElse(Mono.empty())
                                        .onErrorMap(Passwords.ReplacedException.class, e -> Passwords.wrong())
                                        .then(update(change.applyTo(before)))
                                        .then(
                                                change.changesZoneOf(before)
                                                        ? events.add(userId, event)
                                                        : Mono.empty())))))
                .doOnSuccess(done -> events.committed())
                .then(Mono.defer(() -> find(userId)));
    }

    private Mono<Account> lock(UUID userId) {
        return table.lock(userId).switchIfEmpty(Mono.error(Accounts::gone));
    }

    private Mono<Void> update(Account account) {
        return table.update(account).onErrorMap(DataIntegrityViolationException.class, e -> emailTaken());
    }

    /** Emits an empty array if the time zone does not change. */
    private Mono<byte[]> sealSettingsChanged(UUID userId, @Nullable String timeZone, Instant now) {
        return timeZone == null ? Mono.just(new byte[0]) : events.sealSettingsChanged(userId, timeZone, now);
    }

    static RuntimeException emailTaken() {
        return ProblemType.EMAIL_TAKEN.forField("email", "Sign in, or use another address.");
    }

    static RuntimeException gone() {
        return ProblemType.NOT_FOUND.withDetail("The account is gone.");
    }

    /**
     * A correction of personal details; null leaves a detail as it is.
     *
     * @param clearsName whether the name is deleted
     */
    record Correction(
            @Nullable EmailAddress email,
            @Nullable String name,
            boolean clearsName,
            @Nullable String timeZone,
            @Nullable String currentPassword) {

        boolean changesZoneOf(Account account) {
            return timeZone != null && !timeZone.equals(account.timeZone());
        }

        Account applyTo(Account before) {
            return new Account(
                    before.userId(),
                    email == null ? before.email() : email.normalised(),
                    clearsName ? null : name == null ? before.name() : name,
                    timeZone == null ? before.timeZone() : timeZone);
        }

        /** Without personal data. */
        @Override
        public String toString() {
            return "Correction";
        }
    }
}
