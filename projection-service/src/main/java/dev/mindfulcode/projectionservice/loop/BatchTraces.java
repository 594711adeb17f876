package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.management.tracing.TraceSpan;
import dev.mindfulcode.management.tracing.Tracing;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** The spans of the traced records of a transaction: each is from records in hand to rows committed. */
final class BatchTraces {

    /** Of more traced records in one transaction the rest have no span. */
    static final int SPANS_MAX = 100;

    private final Tracing tracing;
    private final InstantSource clock;

    BatchTraces(Tracing tracing, InstantSource clock) {
        this.tracing = tracing;
        this.clock = clock;
    }

    List<TraceSpan> begin(Iterable<ConsumerRecord<byte @Nullable [], byte @Nullable []>> records) {
        if (!tracing.isOn()) {
            return List.of();
        }
        long nowMs = clock.millis();
        List<TraceSpan> spans = new ArrayList<>();
        for (ConsumerRecord<byte @Nullable [], byte @Nullable []> record : records) {
            TraceSpan span = tracing.process(record.topic(), record.headers(), nowMs - record.timestamp());
            if (span.isTraced()) {
                spans.add(span);
                if (spans.size() == SPANS_MAX) {
                    break;
                }
            }
        }
        return spans;
    }
}
