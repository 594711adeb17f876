package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler.Response;
import org.apache.kafka.streams.errors.ProductionExceptionHandler.Result;
import org.apache.kafka.streams.errors.ProductionExceptionHandler.SerializationExceptionOrigin;
import org.apache.kafka.streams.processor.TaskId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProductionErrorHandlerTest {

    private static final byte[] KEY = "key".getBytes(StandardCharsets.UTF_8);
    private static final byte[] VALUE = "value".getBytes(StandardCharsets.UTF_8);

    private final ProductionErrorHandler handler = new ProductionErrorHandler();

    @BeforeEach
    void configure() {
        StreamMeters meters = new StreamMeters(new SimpleMeterRegistry());
        handler.configure(Map.of(
                DeadLetterFactory.CONFIG,
                new DeadLetterFactory(StreamDriver.REGISTRY, () -> StreamDriver.START, meters)));
    }

    @Test
    void deadLettersTheInputOfATooLargeOutput() {
        Response response = fail("flow-states", new RecordTooLargeException());

        assertThat(response.result()).isEqualTo(Result.RESUME);
        ProducerRecord<byte[], byte[]> record =
                response.deadLetterQueueRecords().getFirst();
        DeadLetter letter =
                StreamDriver.serde(Topics.DEAD_LETTERS).deserializer().deserialize(record.topic(), record.value());
        assertThat(record.topic()).isEqualTo("dead-letters");
        assertThat(record.key()).isEqualTo(KEY);
        assertThat(letter.getReason()).isEqualTo("result_too_large");
        assertThat(letter.getTopic()).isEqualTo("keystrokes");
        assertThat(letter.getPartition()).isEqualTo(3);
        assertThat(letter.getOffset()).isEqualTo(42);
        assertThat(letter.getValue()).isEqualTo(ByteBuffer.wrap(VALUE));
    }

    @Test
    void failsOnTooLargeChangelogRecords() {
        assertThat(fail("mindful-flow-sessions-changelog", new RecordTooLargeException())
                        .result())
                .isEqualTo(Result.FAIL);
    }

    @Test
    void failsOnErrorsOfBrokerOrRegistry() {
        assertThat(fail("flow-states", new TimeoutException()).result()).isEqualTo(Result.FAIL);
        assertThat(handler.handleSerializationError(
                                new OfBatch(),
                                new ProducerRecord<>("flow-states", VALUE),
                                new IllegalStateException(),
                                SerializationExceptionOrigin.VALUE)
                        .result())
                .isEqualTo(Result.FAIL);
    }

    private Response fail(String topic, Exception exception) {
        return handler.handleError(new OfBatch(), new ProducerRecord<>(topic, KEY, VALUE), exception);
    }

    /** The context of a record of keystrokes. */
    private record OfBatch() implements ErrorHandlerContext {

        @Override
        public String topic() {
            return "keystrokes";
        }

        @Override
        public int partition() {
            return 3;
        }

        @Override
        public long offset() {
            return 42;
        }

        @Override
        public Headers headers() {
            return new RecordHeaders();
        }

        @Override
        public String processorNodeId() {
            return "flow-states-out";
        }

        @Override
        public TaskId taskId() {
            return new TaskId(0, 3);
        }

        @Override
        public long timestamp() {
            return StreamDriver.START.toEpochMilli();
        }

        @Override
        public byte[] sourceRawKey() {
            return KEY;
        }

        @Override
        public byte[] sourceRawValue() {
            return VALUE;
        }
    }
}
