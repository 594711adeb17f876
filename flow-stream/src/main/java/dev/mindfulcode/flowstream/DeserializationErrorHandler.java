package dev.mindfulcode.flowstream;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends records to dead-letters whose bytes are no record of their topic, which their deserializers say with a
 * SerializationException. Anything else, as a registry that does not answer, says nothing about the record: then the
 * thread fails, and the record is read again.
 */
public final class DeserializationErrorHandler implements DeserializationExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(DeserializationErrorHandler.class);

    @SuppressWarnings("NullAway.Init") // Kafka calls configure before anything else
    private DeadLetterFactory deadLetters;

    @Override
    public void configure(Map<String, ?> configs) {
        deadLetters = DeadLetterFactory.of(configs);
    }

    @Override
    public Response handleError(
            ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception exception) {
        if (!(exception instanceof SerializationException)) {
            log.error("{} cannot be read for now; the thread restarts and reads it again", record.topic());
            return Response.fail();
        }
        return Response.resume(deadLetters.of(context, DeadLetterReason.UNREADABLE, record.key(), record.value()));
    }
}
