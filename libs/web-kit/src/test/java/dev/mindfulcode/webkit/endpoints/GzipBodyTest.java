package dev.mindfulcode.webkit.endpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;

class GzipBodyTest {

    private static final int BYTES_MAX = 1_000;

    @Test
    void decompressesUpToTheBound() throws IOException {
        assertThat(GzipBody.decompress(gzip("x".repeat(BYTES_MAX)), BYTES_MAX)).hasSize(BYTES_MAX);
        assertProblem(gzip("x".repeat(BYTES_MAX + 1)), ProblemType.REQUEST_TOO_LARGE);
        assertProblem(gzip("x".repeat(1_000 * BYTES_MAX)), ProblemType.REQUEST_TOO_LARGE);
    }

    @Test
    void rejectsTruncatedCorruptAndOverlongStreams() throws IOException {
        byte[] gzip = gzip("{\"flow\":4}");
        for (int length = 1; length < gzip.length; length++) {
            assertProblem(Arrays.copyOf(gzip, length), ProblemType.MALFORMED_BODY);
        }
        assertProblem(Arrays.copyOf(gzip, gzip.length + 1), ProblemType.MALFORMED_BODY);
        assertProblem(Arrays.copyOf(gzip, gzip.length + 100), ProblemType.MALFORMED_BODY);
        gzip[gzip.length - 5] ^= 1;
        assertProblem(gzip, ProblemType.MALFORMED_BODY);
    }

    @Test
    void decompressesSeveralMembersAsOne() throws IOException {
        byte[] first = gzip("[1,");
        byte[] second = gzip("2]");
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);

        assertThat(GzipBody.decompress(both, BYTES_MAX)).asString().isEqualTo("[1,2]");
    }

    @Test
    void reportsAllGrowthBeforeAllocation() throws IOException {
        byte[] compressed = gzip(" ".repeat(100_000));
        AtomicInteger reserved = new AtomicInteger();

        GzipBody body = GzipBody.decompress(compressed, compressed.length, 1 << 20, reserved::addAndGet);

        assertThat(reserved.get()).isEqualTo(body.bytes().length).isBetween(100_000, 250_000);
        assertThat(body.length()).isEqualTo(100_000);
    }

    @Test
    void stopsWhenGrowthIsRejected() throws IOException {
        byte[] compressed = gzip(" ".repeat(100_000));
        AtomicInteger reserved = new AtomicInteger();

        assertThatThrownBy(() -> GzipBody.decompress(compressed, compressed.length, 1 << 20, more -> {
                    if (reserved.addAndGet(more) > 50_000) {
                        throw ProblemType.OVERLOADED.withDetail("Full.");
                    }
                }))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.type()).isEqualTo(ProblemType.OVERLOADED));
    }

    @Test
    void acceptsBothNamesOfGzipOnly() {
        HttpHeaders headers = new HttpHeaders();
        assertThat(GzipBody.isGzip(headers)).isFalse();
        for (String name : new String[] {"gzip", "GZIP", "x-gzip"}) {
            headers.set("Content-Encoding", name);
            assertThat(GzipBody.isGzip(headers)).isTrue();
        }
        headers.set("Content-Encoding", "identity");
        assertThat(GzipBody.isGzip(headers)).isFalse();
        for (String name : new String[] {"br", "gzip, gzip", ""}) {
            headers.set("Content-Encoding", name);
            assertThatThrownBy(() -> GzipBody.isGzip(headers)).isInstanceOf(ProblemException.class);
        }
    }

    private static void assertProblem(byte[] gzip, ProblemType type) {
        assertThatThrownBy(() -> GzipBody.decompress(gzip, BYTES_MAX))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.type()).isEqualTo(type));
    }

    static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }
}
