package dev.mindfulcode.management.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A span of a trace that is recorded, or {@link #NONE}. Its attributes have values from code only: methods, declared
 * routes, topics, statuses. Thread-safe.
 */
public final class TraceSpan {

    /** The span of what is not traced. Its methods do nothing, and what follows from it is not traced either. */
    public static final TraceSpan NONE = new TraceSpan(null, null, "");

    /** The header of traced records, in the form of W3C Trace Context. */
    public static final String HEADER = "traceparent";

    private static final String VERSION = "00";

    private final @Nullable Tracer tracer;
    private final @Nullable Span span;
    private final String method;

    /** @param method of the request, empty for other spans */
    TraceSpan(@Nullable Tracer tracer, @Nullable Span span, String method) {
        this.tracer = tracer;
        this.span = span;
        this.method = method;
    }

    public boolean isTraced() {
        return span != null;
    }

    /** Starts the span of sending records to a topic. */
    public TraceSpan send(String topic) {
        return child("send", SpanKind.PRODUCER, topic);
    }

    /** Starts the span of processing a record of a topic. */
    TraceSpan process(String topic) {
        return child("process", SpanKind.CONSUMER, topic);
    }

    private TraceSpan child(String operation, SpanKind kind, String topic) {
        if (span == null || tracer == null) {
            return NONE;
        }
        Span child = tracer.spanBuilder(operation + " " + topic)
                .setParent(Context.root().with(span))
                .setSpanKind(kind)
                .setAttribute("messaging.system", "kafka")
                .setAttribute("messaging.operation.type", operation)
                .setAttribute("messaging.destination.name", topic)
                .startSpan();
        return new TraceSpan(tracer, child, "");
    }

    /** Returns what continues the trace elsewhere, or null outside a trace. */
    public @Nullable String traceparent() {
        if (span == null) {
            return null;
        }
        SpanContext context = span.getSpanContext();
        return String.join(
                "-",
                VERSION,
                context.getTraceId(),
                context.getSpanId(),
                context.getTraceFlags().asHex());
    }

    /** Adds {@link #HEADER} to a record, so that who reads it continues the trace. */
    public void addTo(Headers headers) {
        String traceparent = traceparent();
        if (traceparent != null) {
            headers.add(HEADER, traceparent.getBytes(StandardCharsets.US_ASCII));
        }
    }

    /**
     * Ends the span of a request.
     *
     * @param route as it was declared
     */
    public void respond(String route, int status) {
        if (span != null) {
            span.updateName(method + " " + route);
            span.setAttribute("http.route", route);
            span.setAttribute("http.response.status_code", status);
            if (status >= 500) {
                span.setStatus(StatusCode.ERROR);
            }
            span.end();
        }
    }

    /** Ends the span. A second end has no effect. */
    public void end() {
        if (span != null) {
            span.end();
        }
    }

    /** Ends the span of something that failed. Messages are left out: they may quote what a user wrote. */
    public void fail(Throwable failure) {
        if (span != null) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            span.setAttribute("error.type", cause.getClass().getName());
            span.setStatus(StatusCode.ERROR);
            span.end();
        }
    }
}
