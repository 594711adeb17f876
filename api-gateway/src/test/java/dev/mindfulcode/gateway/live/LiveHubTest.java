package dev.mindfulcode.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.gateway.http.ProblemException;
import dev.mindfulcode.schemas.SessionStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LiveHubTest {

    private final AtomicInteger decoded = new AtomicInteger();
    private final LiveHub hub = new LiveHub(value -> {
        decoded.incrementAndGet();
        return null;
    });
    private final UUID ada = UUID.randomUUID();

    @Test
    void statesOfUsersWhomNobodyWatchesAreNotDecoded() {
        hub.flowState(UUID.randomUUID(), new byte[1]);
        assertThat(decoded).hasValue(0);
        hub.open(ada, null, () -> {});
        hub.flowState(ada, new byte[1]);
        assertThat(decoded).hasValue(1);
    }

    @Test
    void aClientThatTakesNothingIsCutAndTheOthersAreNot() {
        AtomicInteger cut = new AtomicInteger();
        Subscription deaf = hub.open(ada, null, cut::incrementAndGet);
        AtomicInteger innocent = new AtomicInteger();
        Subscription reader = hub.open(ada, null, innocent::incrementAndGet);
        reader.mailbox().messages().subscribe();
        hub.sessionStatus(ada, UUID.randomUUID(), SessionStatus.PAUSED, 0);
        hub.sweep(System.nanoTime());
        assertThat(cut).hasValue(0);
        hub.sweep(System.nanoTime() + LiveHub.SLOW_CLIENT_WAIT_MAX.toNanos() + 1);
        assertThat(cut).hasValue(1);
        assertThat(innocent).hasValue(0);
        hub.close(deaf);
        hub.close(deaf);
        hub.close(reader);
        assertThat(hub.connections()).isZero();
        assertThat(hub.isWatched(ada)).isFalse();
    }

    @Test
    void connectionsOfAUserAreBoundedAndTheirPlacesComeFree() {
        List<Subscription> open = new ArrayList<>();
        for (int i = 0; i < LiveHub.CONNECTIONS_OF_USER_MAX; i++) {
            open.add(hub.open(ada, null, () -> {}));
        }
        assertThatThrownBy(() -> hub.open(ada, null, () -> {})).isInstanceOf(ProblemException.class);
        assertThat(hub.connections()).isEqualTo(LiveHub.CONNECTIONS_OF_USER_MAX);
        hub.open(UUID.randomUUID(), null, () -> {});
        hub.close(open.getFirst());
        hub.open(ada, null, () -> {});
        assertThat(hub.connections()).isEqualTo(LiveHub.CONNECTIONS_OF_USER_MAX + 1);
    }

    @Test
    void aUsersEndIsFinalAndTheLaterWordCounts() {
        UserChannel channel = new UserChannel();
        UUID session = UUID.randomUUID();
        assertThat(channel.streamSays(session, SessionStatus.ACTIVE, 10))
                .as("met first")
                .isFalse();
        assertThat(channel.streamSays(session, SessionStatus.PAUSED, 20)).isTrue();
        assertThat(channel.streamSays(session, SessionStatus.ACTIVE, 15))
                .as("older")
                .isFalse();
        channel.userSays(session, SessionStatus.ENDED, 30);
        assertThat(channel.streamSays(session, SessionStatus.ACTIVE, 40)).isFalse();
    }
}
