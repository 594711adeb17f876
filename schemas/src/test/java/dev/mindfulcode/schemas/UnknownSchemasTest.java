package dev.mindfulcode.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class UnknownSchemasTest {

    private final AtomicLong nowNs = new AtomicLong(Long.MAX_VALUE - 5); // nanoTime may overflow
    private final UnknownSchemas unknown = new UnknownSchemas(nowNs::get);

    @Test
    void skipsAnUnknownIdForTheRetention() {
        unknown.missed(1);

        assertThat(unknown.refuses(1)).isTrue();
        assertThat(unknown.refuses(2)).isFalse();
        nowNs.addAndGet(UnknownSchemas.RETENTION.toNanos());
        assertThat(unknown.refuses(1)).isTrue();
        nowNs.incrementAndGet();
        assertThat(unknown.refuses(1)).isFalse();
    }

    @Test
    void skipsAllIdsAfterManyMisses() {
        for (int id = 0; id < UnknownSchemas.MISSES_MAX; id++) {
            assertThat(unknown.refuses(id)).isFalse();
            unknown.missed(id);
        }

        assertThat(unknown.refuses(999)).isTrue();
        nowNs.addAndGet(UnknownSchemas.RETENTION.toNanos() + 1);
        assertThat(unknown.refuses(999)).isFalse();
    }
}
