package dev.mindfulcode.flowstream;

import java.util.Map;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the records that processors reject with a {@link PoisonRecordException} to dead-letters. Any other exception
 * is not the fault of the record, or came too late to skip it: the thread fails, the transaction is aborted, and the
 * record is processed again.
 */
public final class ProcessingErrorHandler implements ProcessingExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ProcessingErrorHandler.class);

    @SuppressWarnings("NullAway.Init") // Kafka calls configure before anything else
    private DeadLetterFactory deadLetters;

    @Override
    public void configure(Map<String, ?> configs) {
        deadLetters = DeadLetterFactory.of(configs);
    }

    @Override
    public Response handleError(ErrorHandlerContext context, Record<?, ?> record, Exception exception) {
        if (!(exception instanceof PoisonRecordException poison)) {
            return Response.fail();
        }
        if (poison.reason() == DeadLetterReason.NOT_COMPUTED) {
            // A bug, hence with its stack trace; exceptions of the engine contain nothing that was typed.
            log.error(
                    "Record not computed; sent to dead-letters: topic={}, partition={}, offset={}",
                    context.topic(),
                    context.partition(),
                    context.offset(),
                    poison);
        }
        return Response.resume(deadLetters.of(context, poison.reason()));
    }
}
