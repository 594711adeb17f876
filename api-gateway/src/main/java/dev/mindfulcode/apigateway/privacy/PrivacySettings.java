package dev.mindfulcode.apigateway.privacy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mindfulcode.apigateway.database.Database;
import java.time.Duration;
import java.util.UUID;
import reactor.core.publisher.Mono;

/**
 * The table {@code gateway.privacy_settings}. A change is heeded at once by the gateway that made it, and within
 * {@link #CACHED_FOR} by the others. Thread-safe.
 */
public final class PrivacySettings {

    static final Duration CACHED_FOR = Duration.ofSeconds(2);

    private static final int CACHED_USERS_MAX = 20_000;
    private static final Settings DEFAULT = new Settings(true);

    private final Database database;
    private final Cache<UUID, Settings> cached = Caffeine.newBuilder()
            .maximumSize(CACHED_USERS_MAX)
            .expireAfterWrite(CACHED_FOR)
            .build();

    PrivacySettings(Database database) {
        this.database = database;
    }

    /** @param keepDetections whether readings that the user's clients ask for may be appended to the log */
    public record Settings(boolean keepDetections) {}

    public Mono<Settings> of(UUID userId) {
        Settings known = cached.getIfPresent(userId);
        return known != null
                ? Mono.just(known)
                : read(userId).doOnNext(settings -> {
                    // A choice that was made meanwhile is newer than what was read.
                    var _ = cached.asMap().putIfAbsent(userId, settings);
                });
    }

    Mono<Settings> read(UUID userId) {
        return database.sql("select keep_detections from gateway.privacy_settings where user_id = :user")
                .bind("user", userId)
                .map(row -> new Settings(row.get("keep_detections", Boolean.class)))
                .one()
                .defaultIfEmpty(DEFAULT);
    }

    Mono<Settings> update(UUID userId, Settings settings) {
        return database.sql("insert into gateway.privacy_settings (user_id, keep_detections) values (:user, :keep)"
                        + " on conflict (user_id) do update set keep_detections = excluded.keep_detections")
                .bind("user", userId)
                .bind("keep", settings.keepDetections())
                .fetch()
                .rowsUpdated()
                .thenReturn(settings)
                .doOnNext(chosen -> cached.put(userId, chosen));
    }
}
