package dev.mindfulcode.management.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The traces of a service: spans of a share of its requests and of the records that follow from them, exported by OTLP
 * over HTTP. A collector that does not answer costs spans, never requests. Thread-safe.
 *
 * <p>Without a collector nothing is recorded, no header is added, and the SDK is not loaded. Whether a trace is
 * recorded is decided once, where the request arrives; a record without {@link TraceSpan#HEADER} is not traced.
 */
public final class Tracing implements AutoCloseable {

    public static final Tracing OFF = new Tracing(null);

    /** Older records are read again, as in a rebuild: their traces are long complete. */
    static final Duration RECORD_AGE_MAX = Duration.ofHours(1);

    private static final Duration EXPORT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    /** The version of W3C Trace Context that we write, and the flags of a recorded trace, which are odd. */
    private static final Pattern TRACEPARENT = Pattern.compile("00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f][13579bdf]");

    private final @Nullable SdkTracerProvider provider;
    private final @Nullable Tracer tracer;

    private Tracing(@Nullable SdkTracerProvider provider) {
        this.provider = provider;
        this.tracer = provider == null ? null : provider.get("dev.mindfulcode");
    }

    /** @param service the name under which the spans appear */
    public static Tracing of(String service, TracingSettings settings) {
        String url = settings.tracesUrl();
        return url == null ? OFF : exporting(service, settings.tracesSamplerArg(), Otlp.exporter(url));
    }

    /** @param share of the requests that are traced, 0 to 1 */
    public static Tracing exporting(String service, double share, SpanExporter exporter) {
        return new Tracing(Otlp.provider(service, share, exporter));
    }

    /** Classes of the SDK, which are loaded with tracing only. */
    private static final class Otlp {

        static SpanExporter exporter(String url) {
            return OtlpHttpSpanExporter.builder()
                    .setEndpoint(url)
                    .setTimeout(EXPORT_TIMEOUT)
                    .build();
        }

        static SdkTracerProvider provider(String service, double share, SpanExporter exporter) {
            return SdkTracerProvider.builder()
                    .setResource(Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), service)))
                    .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(share)))
                    .addSpanProcessor(BatchSpanProcessor.builder(exporter).build())
                    .build();
        }
    }

    public boolean isOn() {
        return tracer != null;
    }

    /**
     * Starts the span of a request, and with it a trace. A {@code traceparent} of the client is not followed: anybody
     * could have all requests recorded with it.
     */
    public TraceSpan request(String method) {
        if (tracer == null) {
            return TraceSpan.NONE;
        }
        Span span = tracer.spanBuilder(method)
                .setNoParent()
                .setSpanKind(SpanKind.SERVER)
                .setAttribute("http.request.method", method)
                .startSpan();
        return span.getSpanContext().isSampled() ? new TraceSpan(tracer, span, method) : TraceSpan.NONE;
    }

    /** Starts the span of processing a record; {@link TraceSpan#NONE} if its header names no recorded trace. */
    public TraceSpan process(String topic, Headers headers, long ageMs) {
        if (tracer == null || ageMs > RECORD_AGE_MAX.toMillis()) {
            return TraceSpan.NONE;
        }
        Header header = headers.lastHeader(TraceSpan.HEADER);
        return header == null || header.value() == null
                ? TraceSpan.NONE
                : resume(new String(header.value(), StandardCharsets.ISO_8859_1))
                        .process(topic);
    }

    /** Returns the span that {@link TraceSpan#traceparent} named, as a parent of others. */
    public TraceSpan resume(@Nullable String traceparent) {
        if (tracer == null || traceparent == null) {
            return TraceSpan.NONE;
        }
        Matcher parsed = TRACEPARENT.matcher(traceparent);
        if (!parsed.matches()) {
            return TraceSpan.NONE;
        }
        SpanContext context = SpanContext.createFromRemoteParent(
                parsed.group(1), parsed.group(2), TraceFlags.getSampled(), TraceState.getDefault());
        return context.isValid() ? new TraceSpan(tracer, Span.wrap(context), "") : TraceSpan.NONE;
    }

    /** Exports what has ended, for a bounded time. */
    @Override
    public void close() {
        if (provider != null) {
            provider.shutdown().join(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
