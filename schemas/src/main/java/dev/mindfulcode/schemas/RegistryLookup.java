package dev.mindfulcode.schemas;

import com.microsoft.kiota.ApiException;
import io.apicurio.registry.resolver.DefaultSchemaResolver;
import io.apicurio.registry.resolver.SchemaLookupResult;
import io.apicurio.registry.resolver.data.Record;
import io.apicurio.registry.resolver.strategy.ArtifactReference;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * Apicurio's way to find schemas, with an end to its patience: its HTTP client waits for ever on a registry that
 * accepts a connection and says nothing, and asks again for each record with an id that does not exist.
 */
final class RegistryLookup<V> extends DefaultSchemaResolver<Schema, V> {

    static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final int NOT_FOUND = 404;

    /** Kept, since loggers are garbage when nobody holds them: it logs each whole schema that it looks up. */
    private static final Logger RESOLVER_LOG = Logger.getLogger(DefaultSchemaResolver.class.getName());

    static {
        RESOLVER_LOG.setLevel(Level.WARNING);
    }

    private final Duration timeout;
    private final UnknownSchemas unknown = new UnknownSchemas(System::nanoTime);

    RegistryLookup(Duration patience) {
        this.timeout = patience;
    }

    /** For a writer; called until the schema is known, then no more. */
    @Override
    public SchemaLookupResult<Schema> resolveSchema(Record<V> data) {
        return withTimeout(() -> super.resolveSchema(data));
    }

    /** For a reader; called until the schema is known, then no more. */
    @Override
    public SchemaLookupResult<Schema> resolveSchemaByArtifactReference(ArtifactReference reference) {
        long id = reference.getContentId();
        if (unknown.refuses(id)) {
            throw new SerializationException("The registry knows no schema " + id);
        }
        try {
            return withTimeout(() -> super.resolveSchemaByArtifactReference(reference));
        } catch (SchemaRegistryUnavailableException e) {
            if (isNotFound(e)) {
                unknown.missed(id);
                throw new SerializationException("The registry knows no schema " + id);
            }
            throw e;
        }
    }

    private SchemaLookupResult<Schema> withTimeout(Supplier<SchemaLookupResult<Schema>> lookup) {
        FutureTask<SchemaLookupResult<Schema>> answer = new FutureTask<>(lookup::get);
        Thread asking = Thread.ofVirtual().name("schema-lookup").start(answer);
        try {
            return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new SchemaRegistryUnavailableException("The schema registry gave no answer", e.getCause());
        } catch (TimeoutException e) {
            asking.interrupt();
            throw new SchemaRegistryUnavailableException(
                    "The schema registry did not answer within " + timeout.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            asking.interrupt();
            throw new InterruptException(e);
        }
    }

    private static boolean isNotFound(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ApiException answer && answer.getResponseStatusCode() == NOT_FOUND) {
                return true;
            }
        }
        return false;
    }
}
