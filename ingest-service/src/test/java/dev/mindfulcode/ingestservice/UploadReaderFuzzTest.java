package dev.mindfulcode.ingestservice;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.mindfulcode.webkit.problems.ProblemException;

/**
 * Fuzz test: any bytes give valid batches or a problem, never another exception. The test run replays the inputs under
 * {@code src/test/resources}. Search for new ones, for five minutes, with
 *
 * <pre>{@code
 * JAZZER_FUZZ=1 ./mvnw -pl ingest-service -am test \
 *     -Dtest='UploadReaderFuzzTest#json' -Dsurefire.failIfNoSpecifiedTests=false
 * }</pre>
 *
 * and the same with {@code #avro}; findings are written to {@code src/test/resources}.
 */
class UploadReaderFuzzTest {

    private final UploadReader jsonReader = new JsonUploadReader();
    private final UploadReader avroReader = new AvroUploadReader();

    @FuzzTest(maxDuration = "5m")
    void json(byte[] body) {
        readOrReject(jsonReader, body);
    }

    @FuzzTest(maxDuration = "5m")
    void avro(byte[] body) {
        readOrReject(avroReader, body);
    }

    private static void readOrReject(UploadReader reader, byte[] body) {
        Upload upload;
        try {
            upload = reader.read(body, body.length);
        } catch (ProblemException problem) {
            problem.document();
            return;
        }
        UploadAssertions.assertValid(upload);
    }
}
