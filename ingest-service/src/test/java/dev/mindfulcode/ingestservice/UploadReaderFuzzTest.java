package dev.mindfulcode.ingestservice;

import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * Whatever the bytes: batches that keep every rule, or a refusal, and never another exception.
 *
 * <p>As a part of the tests this runs over the inputs kept under {@code src/test/resources}. To look for new ones, for five
 * minutes:
 *
 * <pre>{@code
 * JAZZER_FUZZ=1 ./mvnw -pl ingest-service -am test -Dtest='UploadReaderFuzzTest#json' -Dsurefire.failIfNoSpecifiedTests=false
 * }</pre>
 *
 * and the same with {@code #avro}. What it finds it leaves under {@code src/test/resources}, to be kept.
 */
class UploadReaderFuzzTest {

    private final UploadReader jsonReader = new JsonUploadReader();
    private final UploadReader avroReader = new AvroUploadReader();

    @FuzzTest(maxDuration = "5m")
    void json(byte[] body) {
        readOrRefuse(jsonReader, body);
    }

    @FuzzTest(maxDuration = "5m")
    void avro(byte[] body) {
        readOrRefuse(avroReader, body);
    }

    private static void readOrRefuse(UploadReader reader, byte[] body) {
        Upload upload;
        try {
            upload = reader.read(body, body.length);
        } catch (UploadException refusal) {
            refusal.problemJson();
            return;
        }
        UploadAssertions.assertValid(upload);
    }
}
