package dev.mindfulcode.apigateway.flow;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.Outbox;
import dev.mindfulcode.identity.accounts.AccountTable;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The users' preferences for flow detection, in the table {@code gateway.preferences}. Each change is also an account
 * event, which the stream applies. Other gateways see a change within {@link #CACHE_TTL}. Thread-safe.
 */
final class FlowPreferences {

    static final Duration CACHE_TTL = Duration.ofSeconds(2);

    private static final int CACHE_SIZE = 20_000;
    private static final Preferences DEFAULT = new Preferences(0.5);

    private final Database database;
    private final AccountTable accounts;
    private final EventPublisher events;
    private final Outbox outbox;
    private final Clock clock;
    private final Cache<UUID, Preferences> cache = Caffeine.newBuilder()
            .maximumSize(CACHE_SIZE)
            .expireAfterWrite(CACHE_TTL)
            .build();

    FlowPreferences(Database database, EventPublisher events, Outbox outbox, Clock clock) {
        this.database = database;
        this.accounts = new AccountTable(database);
        this.events = events;
        this.outbox = outbox;
        this.clock = clock;
    }

    /** @param sensitivity how early flow is detected, 0 (late) to 1 (early) */
    record Preferences(double sensitivity) {}

    Mono<Preferences> cached(UUID userId) {
        Preferences known = cache.getIfPresent(userId);
        return known != null
                ? Mono.just(known)
                : read(userId).doOnNext(preferences -> {
                    // A change in the meantime is newer than this read.
                    var _ = cache.asMap().putIfAbsent(userId, preferences);
                });
    }

    Mono<Preferences> read(UUID userId) {
        return database.sql("SELECT sensitivity FROM gateway.preferences WHERE user_id = :user")
                .bind("user", userId)
                .map(row -> new Preferences(row.get("sensitivity", Double.class)))
                .one()
                .defaultIfEmpty(DEFAULT);
    }

    /** Sets the sensitivity, or the default for null, and emits the preferences. */
    Mono<Preferences> changeSensitivity(UUID userId, @Nullable Double sensitivity) {
        Preferences changed = sensitivity == null ? DEFAULT : new Preferences(sensitivity);
        return events.seal(Topics.ACCOUNTS, userId, event(changed))
                .flatMap(event -> database.inTransaction(accounts.lockForChange(userId)
                        .then(upsert(userId, changed))
                        .then(outbox.add(Topics.ACCOUNTS.name(), userId, event))
                        .thenReturn(changed)))
                .doOnNext(preferences -> {
                    cache.put(userId, preferences);
                    outbox.wakeRelay();
                });
    }

    private AccountEvent event(Preferences changed) {
        return AccountEvent.newBuilder()
                .setKind(AccountEventKind.SETTINGS_CHANGED)
                .setAt(clock.instant().truncatedTo(ChronoUnit.MILLIS))
                .setSensitivity((float) changed.sensitivity())
                .build();
    }

    private Mono<Long> upsert(UUID userId, Preferences changed) {
        return database.sql("""
                        INSERT INTO gateway.preferences (user_id, sensitivity) VALUES (:user, :sensitivity)
                        ON CONFLICT (user_id) DO UPDATE SET sensitivity = EXCLUDED.sensitivity""")
                .bind("user", userId)
                .bind("sensitivity", changed.sensitivity())
                .fetch()
                .rowsUpdated();
    }
}
