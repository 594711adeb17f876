package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GzipBodyTest {

    private final InFlightBytes inFlight = new InFlightBytes(4L * UploadLimits.REQUEST_BYTES_MAX);

    @Test
    void decompressesUpToTheLargestBody() throws IOException {
        byte[] largest = KeystrokesEndpointTest.gzip(" ".repeat(UploadLimits.REQUEST_BYTES_MAX));
        byte[] larger = KeystrokesEndpointTest.gzip(" ".repeat(UploadLimits.REQUEST_BYTES_MAX + 1));

        assertThat(decompressed(largest)).hasSize(UploadLimits.REQUEST_BYTES_MAX);
        assertRejected(larger, ProblemType.REQUEST_TOO_LARGE);
    }

    @Test
    void decompressesSeveralMembersAsOne() throws IOException {
        byte[] members = concat(KeystrokesEndpointTest.gzip("[1,"), KeystrokesEndpointTest.gzip("2]"));

        assertThat(decompressed(members)).asString().isEqualTo("[1,2]");
    }

    @Test
    void rejectsTruncatedCorruptAndOverlongStreams() throws IOException {
        byte[] gzip = KeystrokesEndpointTest.gzip("[{\"batch_id\":1},{\"batch_id\":2}]");
        for (int length = 0; length < gzip.length; length++) {
            assertRejected(Arrays.copyOf(gzip, length), ProblemType.MALFORMED_BODY);
        }
        for (int extra : new int[] {1, 18, 40, 1_000}) {
            assertRejected(concat(gzip, new byte[extra]), ProblemType.MALFORMED_BODY);
        }
        for (int at = gzip.length - 8; at < gzip.length; at++) {
            byte[] changed = gzip.clone();
            changed[at] ^= 1;
            assertRejected(changed, ProblemType.MALFORMED_BODY);
        }
    }

    @Test
    void reservesDecompressedBytes() throws IOException {
        byte[] body = KeystrokesEndpointTest.gzip(" ".repeat(100_000));
        InFlightBytes.Reservation share = inFlight.newReservation();

        GzipBody unfolded = GzipBody.decompress(body, body.length, share);

        assertThat(inFlight.bytes()).isEqualTo(unfolded.bytes().length).isBetween(100_000L, 250_000L);
        share.release();
        assertThat(inFlight.bytes()).isZero();
    }

    @Test
    void rejectsBodiesBeyondTheInFlightBound() throws IOException {
        byte[] body = KeystrokesEndpointTest.gzip(" ".repeat(100_000));
        InFlightBytes small = new InFlightBytes(50_000);
        InFlightBytes.Reservation share = small.newReservation();

        assertThatThrownBy(() -> GzipBody.decompress(body, body.length, share))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.type()).isEqualTo(ProblemType.OVERLOADED));
        share.release();
        assertThat(small.bytes()).isZero();
    }

    private byte[] decompressed(byte[] gzip) {
        GzipBody body = GzipBody.decompress(gzip, gzip.length, inFlight.newReservation());
        return Arrays.copyOf(body.bytes(), body.length());
    }

    private void assertRejected(byte[] gzip, ProblemType type) {
        InFlightBytes.Reservation share = inFlight.newReservation();
        assertThatThrownBy(() -> GzipBody.decompress(gzip, gzip.length, share))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem ->
                                assertThat(problem.type()).as(problem.detail()).isEqualTo(type));
        share.release();
    }

    private static byte[] concat(byte[] first, byte[] second) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(first);
        out.writeBytes(second);
        return out.toByteArray();
    }
}
