package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** A purge of one user among fifty who type. */
@Timeout(600)
class PurgeAmongFiftyTest {

    private static final int USERS = 50;
    private static final int KEYSTROKES_A_BATCH = 5;
    private static final int PACE_MS = 20;

    private static final SharedSystem SYSTEM = SharedSystem.get();
    private static final DiskScanner DISK = new DiskScanner(SYSTEM);

    /** A user at work. */
    private static final class Typist {

        private final TestUser user;
        private final UUID session;
        private long sequence;

        Typist(TestUser user, String project) throws Exception {
            this.user = user;
            HttpResponse<String> started =
                    user.post("/api/sessions/start", "{\"project\": \"" + project + "\", \"editor\": \"vim\"}");
            assertThat(started.statusCode()).as(started.body()).isEqualTo(201);
            this.session = UUID.fromString(
                    TestUser.JSON.readTree(started.body()).path("session_id").asString());
        }

        int type() throws Exception {
            HttpResponse<String> response =
                    user.post("/api/keystrokes", TestUser.batch(session, sequence, KEYSTROKES_A_BATCH));
            if (response.statusCode() == 202) {
                sequence++;
            }
            return response.statusCode();
        }

        /** Returns ids of the session, and of its first and last batch, in the forms in which they could be stored. */
        List<byte[]> ids() {
            List<byte[]> ids = new ArrayList<>();
            ids.add(session.toString().getBytes(StandardCharsets.UTF_8));
            for (long one : List.of(0L, sequence - 1)) {
                UUID batch = TestUser.batchId(session, one);
                ids.add(batch.toString().getBytes(StandardCharsets.UTF_8));
                ids.add(DiskScanner.bytes(batch));
            }
            return ids;
        }

        long typed() {
            return sequence * KEYSTROKES_A_BATCH;
        }
    }

    @Test
    void nothingOfOneUserIsLeftAndNothingOfTheOthersIsLost() throws Exception {
        String marker = "marker-" + UUID.randomUUID();
        List<Typist> others = new ArrayList<>();
        for (int i = 1; i < USERS; i++) {
            others.add(new Typist(TestUser.register(SYSTEM.origin()), "project"));
        }
        TestUser erased = TestUser.register(SYSTEM.origin());
        assertThat(erased.patch("/api/account", "{\"name\": \"" + marker + "\"}")
                        .statusCode())
                .isEqualTo(200);
        Typist leaving = new Typist(erased, marker);
        TestTeam team = TestTeam.createdBy(erased, SYSTEM);
        for (Typist member : others.subList(0, 5)) {
            team.join(member.user, "member");
            team.consent(member.user);
        }
        team.consent(erased);
        List<byte[]> wrappedKeys = DISK.wrappedKeys(erased.id);
        List<byte[]> markers = new ArrayList<>(wrappedKeys);
        markers.add(marker.getBytes(StandardCharsets.UTF_8));
        markers.add(erased.email.getBytes(StandardCharsets.UTF_8));
        AtomicInteger statusOfLeaving = new AtomicInteger(202);
        AtomicReference<String> failure = new AtomicReference<>();
        AtomicInteger turn = new AtomicInteger();
        try (ScheduledThreadPoolExecutor load = new ScheduledThreadPoolExecutor(2)) {
            load.scheduleWithFixedDelay(
                    () -> type(others.get(turn.getAndIncrement() % others.size()), status -> {
                        if (status != 202) {
                            failure.set("Another user was answered " + status);
                        }
                    }),
                    0,
                    PACE_MS,
                    TimeUnit.MILLISECONDS);
            load.scheduleWithFixedDelay(
                    () -> {
                        if (statusOfLeaving.get() == 202) {
                            type(leaving, statusOfLeaving::set);
                        }
                    },
                    0,
                    PACE_MS,
                    TimeUnit.MILLISECONDS);
            Eventually.holds("typing of the user is counted", () -> erased.keystrokesCounted() > 0);
            assertThat(DISK.decryptable(erased.id)).as("with the key").isPositive();
            assertThat(DISK.filesWith(wrappedKeys)).as("files with the key").isNotEmpty();

            HttpResponse<String> accepted =
                    erased.delete("/api/privacy/purge", "{\"current_password\": \"" + erased.password + "\"}");

            assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
            JsonNode receipt = TestUser.JSON.readTree(accepted.body());
            Eventually.holds("the user is refused", () -> statusOfLeaving.get() != 202);
            assertThat(statusOfLeaving.get()).isIn(401, 410);
            Eventually.holds(
                    "the receipt is complete",
                    () -> status(receipt).path("state").asString().equals("complete"));
            assertThat(status(receipt)
                            .path("places")
                            .valueStream()
                            .filter(place -> !place.path("state").asString().equals("done"))
                            .map(place -> place.path("place").asString()))
                    .containsExactly("backups");
            load.shutdown();
            assertThat(load.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(failure.get()).isNull();
        markers.addAll(leaving.ids());

        assertThat(DISK.filesWith(markers)).isEmpty();
        assertThat(DISK.columnsWith(List.of(marker, erased.email))).isEmpty();
        assertThat(DISK.recordsOf(erased.id)).isNotEmpty();
        assertThat(DISK.decryptable(erased.id)).isZero();
        assertThat(DISK.columnsWith(List.of(erased.id.toString())))
                .isSubsetOf(Set.of(
                        "protection.erased_users.user_id",
                        "protection.key_changes.user_id",
                        "identity.revocations.grant_id",
                        "gateway.sent_events.record_key"));
        for (Typist other : others) {
            Eventually.holds("totals of the others", () -> other.user.keystrokesCounted() == other.typed());
        }
        assertThat(TestUser.JSON
                        .readTree(others.getFirst().user.get(team.path()).body())
                        .path("role")
                        .asString())
                .isEqualTo("owner");
        TestUser again = TestUser.registerAs(SYSTEM.origin(), erased.email);
        assertThat(again.keystrokesCounted()).isZero();
    }

    private static void type(Typist typist, IntConsumer status) {
        try {
            status.accept(typist.type());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode status(JsonNode receipt) throws Exception {
        return TestUser.JSON.readTree(
                Requests.get(SYSTEM.origin(), receipt.path("status_url").asString())
                        .body());
    }
}
