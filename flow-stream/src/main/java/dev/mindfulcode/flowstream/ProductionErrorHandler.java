package dev.mindfulcode.flowstream;

import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;

/**
 * Sends the input of an output that is too large for the broker to dead-letters. Outputs are absolute, so the next one
 * contains what was left out. Changelog records cannot be left out, and other failures are those of the broker or the
 * registry: then the thread fails and the record is processed again.
 */
public final class ProductionErrorHandler implements ProductionExceptionHandler {

    private static final Set<String> ABSOLUTE = Set.of(
            name(Topics.FLOW_STATES), name(Topics.FLOW_PERIODS), name(Topics.FLOW_MINUTES), name(Topics.TEAM_FLOW));

    @SuppressWarnings("NullAway.Init") // Kafka calls configure before anything else
    private DeadLetterFactory deadLetters;

    @Override
    public void configure(Map<String, ?> configs) {
        deadLetters = DeadLetterFactory.of(configs);
    }

    @Override
    public Response handleError(
            ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception exception) {
        if (exception instanceof RecordTooLargeException && ABSOLUTE.contains(record.topic())) {
            return Response.resume(deadLetters.of(context, DeadLetterReason.RESULT_TOO_LARGE));
        }
        return Response.fail();
    }

    @Override
    @SuppressWarnings("rawtypes") // Kafka's signature
    public Response handleSerializationError(
            ErrorHandlerContext context,
            ProducerRecord record,
            Exception exception,
            SerializationExceptionOrigin origin) {
        return Response.fail();
    }

    private static String name(Topic<?> topic) {
        return topic.name();
    }
}
