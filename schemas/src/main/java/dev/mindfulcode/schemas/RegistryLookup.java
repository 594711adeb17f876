package dev.mindfulcode.schemas;

import com.microsoft.kiota.ApiException;
import io.apicurio.registry.resolver.DefaultSchemaResolver;
import io.apicurio.registry.resolver.SchemaLookupResult;
import io.apicurio.registry.resolver.SchemaParser;
import io.apicurio.registry.resolver.client.RegistryClientFacade;
import io.apicurio.registry.resolver.client.RegistryClientFacadeFactory;
import io.apicurio.registry.resolver.config.SchemaResolverConfig;
import io.apicurio.registry.resolver.data.Record;
import io.apicurio.registry.resolver.strategy.ArtifactReference;
import io.apicurio.registry.serde.data.SerdeMetadata;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * Apicurio's schema resolver with a timeout and a cache of unknown ids: its HTTP client waits without a limit for a
 * registry that accepts connections but does not respond, and looks up an unknown id again for each record.
 */
final class RegistryLookup<V extends SpecificRecord> extends DefaultSchemaResolver<Schema, V> {

    static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final int NOT_FOUND = 404;

    /** Held strongly, as loggers are garbage collected; at INFO it logs each whole schema. */
    private static final Logger RESOLVER_LOG = Logger.getLogger(DefaultSchemaResolver.class.getName());

    static {
        RESOLVER_LOG.setLevel(Level.WARNING);
    }

    /** The clients by URL, for all serdes of the process: each has an HTTP client with threads of its own. */
    private static final ConcurrentMap<String, RegistryClientFacade> CLIENTS = new ConcurrentHashMap<>();

    private final SchemaRegistry registry;
    private final Duration timeout;
    private final UnknownSchemas unknown = new UnknownSchemas(System::nanoTime);

    /** Determines the id of a written value, as the topic names the artifact. */
    private record Written(String topic, Schema schema) {}

    RegistryLookup(SchemaRegistry registry, Duration timeout) {
        this.registry = registry;
        this.timeout = timeout;
    }

    @Override
    public void configure(Map<String, ?> settings, SchemaParser<Schema, V> parser) {
        setClientFacade(CLIENTS.computeIfAbsent(
                registry.url(), _ -> RegistryClientFacadeFactory.create(new SchemaResolverConfig(settings))));
        super.configure(settings, parser);
    }

    /** Called by writers until the schema is cached. */
    @Override
    public SchemaLookupResult<Schema> resolveSchema(Record<V> data) {
        Written key = new Written(
                ((SerdeMetadata) data.metadata()).getTopic(), data.payload().getSchema());
        return registry.findOnce(key, () -> withTimeout(() -> super.resolveSchema(data)));
    }

    /** Called by readers until the schema is cached. */
    @Override
    public SchemaLookupResult<Schema> resolveSchemaByArtifactReference(ArtifactReference reference) {
        long id = reference.getContentId();
        if (unknown.refuses(id)) {
            throw new SerializationException("Unknown schema id " + id);
        }
        try {
            return registry.findOnce(id, () -> withTimeout(() -> super.resolveSchemaByArtifactReference(reference)));
        } catch (SchemaRegistryUnavailableException e) {
            if (isNotFound(e)) {
                unknown.missed(id);
                throw new SerializationException("Unknown schema id " + id);
            }
            throw e;
        }
    }

    private SchemaLookupResult<Schema> withTimeout(Supplier<SchemaLookupResult<Schema>> lookup) {
        FutureTask<SchemaLookupResult<Schema>> answer = new FutureTask<>(lookup::get);
        Thread lookupThread = Thread.ofVirtual().name("schema-lookup").start(answer);
        try {
            return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new SchemaRegistryUnavailableException("Schema registry unavailable", e.getCause());
        } catch (TimeoutException e) {
            lookupThread.interrupt();
            throw new SchemaRegistryUnavailableException(
                    "Schema registry did not respond within " + timeout.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            lookupThread.interrupt();
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
