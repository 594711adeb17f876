package dev.mindfulcode.gateway.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.gateway.http.ProblemException;
import dev.mindfulcode.gateway.http.ProblemType;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

class PasswordHashesTest {

    private final PasswordHashes hashes = new PasswordHashes();

    @Test
    void anUnknownUserCostsAsManyHashesAsAKnownOne() {
        String hash =
                Objects.requireNonNull(hashes.hash("correct horse", () -> {}).block());
        long before = hashes.hashed();
        assertThat(hashes.matches("wrong horse", hash).block()).isFalse();
        long known = hashes.hashed() - before;
        assertThat(hashes.matches("wrong horse", null).block()).isFalse();
        assertThat(hashes.hashed() - before - known).isEqualTo(known).isEqualTo(1);
        assertThat(hashes.matches("correct horse", hash).block()).isTrue();
    }

    @Test
    void whoComesWhenTooManyWaitIsTurnedAway() {
        int callers = PasswordHashes.CONCURRENT_MAX + PasswordHashes.WAITING_MAX + 20;
        List<String> outcomes = Flux.range(0, callers)
                .flatMap(
                        i -> hashes.matches("password " + i, null)
                                .map(Object::toString)
                                .onErrorResume(
                                        ProblemException.class,
                                        e -> reactor.core.publisher.Mono.just(
                                                e.type().name())),
                        callers)
                .collectList()
                .block();
        assertThat(outcomes).hasSize(callers);
        assertThat(outcomes).contains(ProblemType.UNAVAILABLE.name(), "false");
        assertThat(hashes.hashed()).isLessThan(callers);
    }
}
