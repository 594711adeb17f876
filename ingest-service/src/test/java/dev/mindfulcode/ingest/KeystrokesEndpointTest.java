package dev.mindfulcode.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** POST /api/keystrokes over real HTTP, into a real Kafka. */
class KeystrokesEndpointTest {

    private final IngestServer server = IngestServer.shared();
    private final UUID user = server.newUser();
    private final UUID session = server.newSession(user);

    @Test
    void acceptsABatchAndStoresItEncryptedUnderItsUser() {
        BatchJson batch = BatchJson.of(session, 7)
                .with("intervals_ms", "[0,150,3000]")
                .with("key_classes", "[\"LETTER\",\"DELETE\",\"ENTER\"]")
                .with("dwells_ms", "[80,90,100]")
                .with(
                        "signals",
                        "[{\"at_ms\":200,\"kind\":\"save\"},{\"value\":\"ok\",\"kind\":\"test\",\"at_ms\":900}]");

        HttpResponse<String> response = server.post(user, batch);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        assertThat(response.body()).isEqualTo("{\"accepted\":1,\"keystrokes\":3}");
        StoredBatches stored = server.stored(user);
        assertThat(stored.size()).isEqualTo(1);
        assertThat(stored.batch(0).getSessionId()).isEqualTo(session);
        assertThat(stored.batch(0).getSequence()).isEqualTo(7);
        assertThat(stored.batch(0).getClamped()).isFalse();
        assertThat(stored.batch(0).getKeystrokes()).isEqualTo(3);
        assertThat(stored.payloads().getFirst().intervalsMs()).containsExactly(0, 150, 3000);
        assertThat(stored.payloads().getFirst().keyClasses()).containsExactly(0, 6, 4);
        assertThat(stored.payloads().getFirst().dwellsMs()).containsExactly(80, 90, 100);
        assertThat(stored.payloads().getFirst().signalAtMs()).containsExactly(200, 900);
        assertThat(stored.payloads().getFirst().signalKinds()).containsExactly(1, 3);
        assertThat(stored.payloads().getFirst().signalValues()).containsExactly(0, 1);
    }
}
