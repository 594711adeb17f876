package dev.mindfulcode.apigateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class RecentStatesTest {

    private static final long TEN_MINUTES_MS = RecentStates.RETENTION.toMillis();

    private final RecentStates states = new RecentStates();
    private final UUID ada = UUID.randomUUID();

    @Test
    void retainsTenMinutes() {
        states.add(ada, new byte[] {1}, 0);
        states.add(ada, new byte[] {2}, 1);
        states.add(ada, new byte[] {3}, TEN_MINUTES_MS);
        assertThat(states.of(ada)).containsExactly(new byte[] {1}, new byte[] {2}, new byte[] {3});
        states.add(ada, new byte[] {4}, TEN_MINUTES_MS + 1);
        assertThat(states.of(ada)).containsExactly(new byte[] {2}, new byte[] {3}, new byte[] {4});
        states.add(ada, new byte[] {5}, 10 * TEN_MINUTES_MS);
        assertThat(states.of(ada)).as("the latest").containsExactly(new byte[] {5});
        assertThat(states.latest(ada)).containsExactly(5);
        assertThat(states.of(UUID.randomUUID())).isEmpty();
    }

    @Test
    void retainsABoundedNumberOfAUser() {
        for (int i = 0; i <= RecentStates.STATES_PER_USER_MAX; i++) {
            states.add(ada, new byte[] {(byte) i, (byte) (i >> 8)}, i);
        }
        assertThat(states.of(ada))
                .hasSize(RecentStates.STATES_PER_USER_MAX)
                .startsWith(new byte[] {1, 0})
                .endsWith(new byte[] {(byte) 600, 600 >> 8});
    }

    @Test
    void retainsBoundedBytesOfAllUsers() {
        byte[] large = new byte[RecentStates.BYTES_MAX / 10];
        UUID[] users = new UUID[20];
        for (int i = 0; i < users.length; i++) {
            users[i] = new UUID(1, i);
            states.add(users[i], large, i);
        }
        states.evictNow();
        long stored = 0;
        for (UUID user : users) {
            stored += states.of(user).size();
        }
        assertThat(stored * large.length).isPositive().isLessThanOrEqualTo(RecentStates.BYTES_MAX);
    }
}
