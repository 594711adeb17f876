package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.management.tracing.TraceSpan;
import dev.mindfulcode.management.tracing.Tracing;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.Test;

/** Traces from the records that the stream reads to those that it writes. */
class SessionTracesTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "b7ad6b7169203331";
    private static final String TRACEPARENT = "00-" + TRACE + "-" + PARENT + "-01";

    private final Typing anna = Typing.someone();

    /** The share is of requests: a record continues the trace that it names. */
    private static Tracing tracing(Exported exported) {
        return Tracing.exporting("flow-stream", 0, exported);
    }

    @Test
    void continuesTheTraceInWhatItPublishesAboutTheSession() {
        Exported exported = new Exported();
        try (Tracing tracing = tracing(exported);
                StreamDriver stream = new StreamDriver(tracing)) {
            stream.typeTraced(anna, anna.batch(0, stream.now(), 20, 100), TRACEPARENT, stream.now());

            for (Topic<? extends SpecificRecord> topic : List.of(Topics.FLOW_STATES, Topics.FLOW_MINUTES)) {
                assertThat(traces(stream, topic))
                        .as(topic.name())
                        .isNotEmpty()
                        .allSatisfy(header ->
                                assertThat(header).startsWith("00-" + TRACE).doesNotContain(PARENT));
            }
        }
        assertThat(exported.spans).singleElement().satisfies(span -> {
            assertThat(span.getName()).isEqualTo("process keystrokes");
            assertThat(span.getTraceId()).isEqualTo(TRACE);
            assertThat(span.getParentSpanId()).isEqualTo(PARENT);
            assertThat(span.getAttributes().asMap().values())
                    .as("names from code, nothing of the user")
                    .containsExactlyInAnyOrder("kafka", "process", "keystrokes");
        });
    }

    @Test
    void continuesTheTraceOfABatchThatALaterPollPublishesOnce() {
        try (Tracing tracing = tracing(new Exported());
                StreamDriver stream = new StreamDriver(tracing)) {
            stream.type(anna, anna.batch(0, stream.now(), 20, 10));
            stream.advance(Duration.ofMillis(300));
            stream.typeTraced(anna, anna.batch(1, stream.now(), 20, 10), TRACEPARENT, stream.now());
            assertThat(stream.flowStates()).as("at most one a second").hasSize(1);

            stream.advance(Duration.ofSeconds(1));
            stream.type(anna, anna.batch(2, stream.now(), 20, 10));
            stream.advance(Duration.ofSeconds(2));

            assertThat(stream.flowStates()).hasSize(3);
            assertThat(traces(stream, Topics.FLOW_STATES))
                    .as("of the state that contains the batch first")
                    .hasSize(3)
                    .satisfies(headers -> {
                        assertThat(headers.get(0)).isEmpty();
                        assertThat(headers.get(1)).startsWith("00-" + TRACE);
                        assertThat(headers.get(2)).isEmpty();
                    });
        }
    }

    @Test
    void addsNothingWithoutTracing() {
        try (StreamDriver stream = new StreamDriver(Tracing.OFF)) {
            stream.typeTraced(anna, anna.batch(0, stream.now(), 20, 100), TRACEPARENT, stream.now());

            assertThat(stream.records(Topics.FLOW_STATES))
                    .isNotEmpty()
                    .allSatisfy(state -> assertThat(state.getHeaders()).isEmpty());
        }
    }

    @Test
    void doesNotTraceWhatItReadsAgainMuchLater() {
        Exported exported = new Exported();
        try (Tracing tracing = tracing(exported);
                StreamDriver stream = new StreamDriver(tracing)) {
            stream.typeTraced(
                    anna,
                    anna.batch(0, stream.now(), 20, 100),
                    TRACEPARENT,
                    stream.now().minus(Duration.ofHours(2)));

            assertThat(traces(stream, Topics.FLOW_STATES)).containsOnly("");
        }
        assertThat(exported.spans).isEmpty();
    }

    /** Returns the header of each record, empty if it has none. */
    private static List<String> traces(StreamDriver stream, Topic<? extends SpecificRecord> topic) {
        return stream.records(topic).stream()
                .map(record -> traceparent(record.getHeaders()))
                .toList();
    }

    private static String traceparent(Headers headers) {
        return StreamSupport.stream(headers.headers(TraceSpan.HEADER).spliterator(), false)
                .map(header -> new String(header.value(), StandardCharsets.US_ASCII))
                .reduce((first, second) -> first + " and " + second)
                .orElse("");
    }

    private static final class Exported implements SpanExporter {

        final List<SpanData> spans = new ArrayList<>();

        @Override
        public synchronized CompletableResultCode export(Collection<SpanData> ended) {
            spans.addAll(ended);
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }
}
