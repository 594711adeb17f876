package dev.mindfulcode.webkit.limits;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.LocalBucket;
import io.github.bucket4j.local.LocalBucketBuilder;
import reactor.core.publisher.Mono;

/**
 * Token buckets of this process. A bucket that was not used for its window is full and is removed. Above the maximum
 * the least used buckets are evicted: a client with a hundred thousand networks is not stopped by counting each.
 */
public final class MemoryBuckets implements TokenBuckets {

    static final int BUCKETS_MAX = 100_000;

    private final Cache<Key, LocalBucket> buckets;
    private final TimeMeter time;

    public MemoryBuckets() {
        this(TimeMeter.SYSTEM_NANOTIME, Ticker.systemTicker());
    }

    MemoryBuckets(TimeMeter time, Ticker ticker) {
        this.time = time;
        buckets = Caffeine.newBuilder()
                .maximumSize(BUCKETS_MAX)
                .ticker(ticker)
                .expireAfter(Expiry.<Key, LocalBucket>accessing((key, _) -> key.quota.window()))
                .build();
    }

    @Override
    public Mono<RateLimitResult> tryConsume(Quota quota, String subject) {
        return Mono.fromSupplier(() -> RateLimitResult.of(
                buckets.get(new Key(quota, subject), this::newBucket).tryConsumeAndReturnRemaining(1)));
    }

    long size() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }

    private LocalBucket newBucket(Key key) {
        BucketConfiguration configuration = key.quota.bucket();
        LocalBucketBuilder bucket = io.github.bucket4j.Bucket.builder().withCustomTimePrecision(time);
        for (var limit : configuration.getBandwidths()) {
            bucket.addLimit(limit);
        }
        return bucket.build();
    }

    private record Key(Quota quota, String subject) {}
}
