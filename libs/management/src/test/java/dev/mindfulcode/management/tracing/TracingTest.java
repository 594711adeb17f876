package dev.mindfulcode.management.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TracingTest {

    private static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @Test
    void isOffWithoutAnEndpoint() {
        Tracing tracing = Tracing.of("test", new TracingSettings(" ", 1.0));

        assertThat(tracing).isSameAs(Tracing.OFF);
        assertThat(tracing.isOn()).isFalse();
        assertThat(tracing.request("GET")).isSameAs(TraceSpan.NONE);
        assertThat(tracing.process("topic", headers(TRACEPARENT), 0)).isSameAs(TraceSpan.NONE);
        assertThat(TraceSpan.NONE.send("topic")).isSameAs(TraceSpan.NONE);
    }

    @Test
    void addsNoHeaderOfARequestThatIsNotSampled() {
        try (Tracing tracing = Tracing.exporting("test", 0, new Nowhere())) {
            TraceSpan request = tracing.request("POST");
            Headers headers = new RecordHeaders();
            request.send("topic").addTo(headers);

            assertThat(request).isSameAs(TraceSpan.NONE);
            assertThat(headers).isEmpty();
        }
    }

    @Test
    void continuesTheTraceOfAHeader() {
        try (Tracing tracing = Tracing.exporting("test", 1, new Nowhere())) {
            Headers headers = new RecordHeaders();
            tracing.request("POST").send("topic").addTo(headers);
            TraceSpan processed = tracing.process("topic", headers, 0);

            String sent = new String(headers.lastHeader(TraceSpan.HEADER).value(), StandardCharsets.US_ASCII);
            assertThat(processed.traceparent())
                    .startsWith(sent.substring(0, 36))
                    .isNotEqualTo(sent);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
                "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-and more"
            })
    void followsNoOtherHeader(String traceparent) {
        try (Tracing tracing = Tracing.exporting("test", 1, new Nowhere())) {
            assertThat(tracing.process("topic", headers(traceparent), 0)).isSameAs(TraceSpan.NONE);
            assertThat(tracing.process("topic", new RecordHeaders(), 0)).isSameAs(TraceSpan.NONE);
            assertThat(tracing.process("topic", headers(TRACEPARENT), 0).isTraced())
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"collector:4318", "ftp://collector", "http://", "http://u:secret@collector", "http://a?b"})
    void rejectsAnEndpointThatIsNoBaseUrl(String endpoint) {
        assertThatThrownBy(() -> new TracingSettings(endpoint, 1.0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("OTEL_EXPORTER_OTLP_ENDPOINT is not")
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
    void rejectsANumberThatIsNoShare(double share) {
        assertThatThrownBy(() -> new TracingSettings("http://collector:4318", share))
                .hasMessage("OTEL_TRACES_SAMPLER_ARG is " + share + "; must be between 0 and 1");
    }

    @Test
    void postsToThePathOfTracesBelowTheEndpoint() {
        assertThat(new TracingSettings("http://collector:4318", 1.0).tracesUrl())
                .isEqualTo(new TracingSettings("http://collector:4318/ ", 1.0).tracesUrl())
                .isEqualTo("http://collector:4318/v1/traces");
    }

    private static Headers headers(String traceparent) {
        return new RecordHeaders().add(TraceSpan.HEADER, traceparent.getBytes(StandardCharsets.US_ASCII));
    }

    private static final class Nowhere implements SpanExporter {

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
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
