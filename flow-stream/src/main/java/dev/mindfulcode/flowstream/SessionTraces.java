package dev.mindfulcode.flowstream;

import dev.mindfulcode.management.tracing.TraceSpan;
import dev.mindfulcode.management.tracing.Tracing;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.UUID;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Continues the traces of inputs in what the stream publishes about their sessions, at once or at a later poll. Only in
 * memory: after a restart or for more sessions than {@link #SESSIONS_MAX}, a trace ends here. Not thread-safe.
 */
final class SessionTraces {

    static final int SESSIONS_MAX = 1_000;

    private final Tracing tracing;
    private final SequencedMap<UUID, Carried> bySession = new LinkedHashMap<>();

    SessionTraces(Tracing tracing) {
        this.tracing = tracing;
    }

    /** The latest span of a session, and whether a flow state has continued it. */
    private static final class Carried {
        final TraceSpan span;
        boolean isPublished;

        Carried(TraceSpan span) {
            this.span = span;
        }
    }

    /** Starts the span of processing an input, which the caller ends. */
    TraceSpan begin(ProcessorContext<?, ?> context, Record<?, ?> record, @Nullable UUID sessionId) {
        if (!tracing.isOn()) {
            return TraceSpan.NONE;
        }
        String topic = context.recordMetadata().map(RecordMetadata::topic).orElse("");
        TraceSpan span = tracing.process(topic, record.headers(), context.currentSystemTimeMs() - record.timestamp());
        if (span.isTraced() && sessionId != null) {
            bySession.remove(sessionId);
            if (bySession.size() >= SESSIONS_MAX) {
                bySession.pollFirstEntry();
            }
            bySession.put(sessionId, new Carried(span));
        }
        return span;
    }

    /** Adds the trace of its session to a record. */
    void continueIn(Record<?, ?> record, UUID sessionId) {
        Carried carried = bySession.get(sessionId);
        if (carried != null) {
            carried.span.addTo(record.headers());
        }
    }

    /** Adds the trace to a flow state, which contains all inputs until then: the next one is of later inputs. */
    void continueInState(Record<?, ?> record, UUID sessionId) {
        Carried carried = bySession.get(sessionId);
        if (carried == null) {
            return;
        }
        if (carried.isPublished) {
            bySession.remove(sessionId);
        } else {
            carried.isPublished = true;
            carried.span.addTo(record.headers());
        }
    }
}
