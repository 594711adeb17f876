package dev.mindfulcode.schemas;

import io.apicurio.registry.resolver.SchemaLookupResult;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Address of the schema registry.
 *
 * @param url the registry's API, such as {@code http://localhost:8081/apis/registry/v3}
 * @param registersOnWrite whether a serializer may register an unknown schema; off in production, where releases
 *     register their schemas first (see {@link Topics})
 */
public record SchemaRegistry(String url, boolean registersOnWrite) {

    /**
     * The schemas found so far, for all serdes of the process: a registry's schemas never change, and a service has
     * dozens of serdes for the same few.
     */
    private static final ConcurrentMap<Lookup, SchemaLookupResult<Schema>> FOUND = new ConcurrentHashMap<>();

    private record Lookup(String url, Object key) {}

    /**
     * Reads the values of SCHEMA_REGISTRY_URL and MINDFUL_REGISTER_SCHEMAS.
     *
     * @throws IllegalArgumentException if the URL is missing
     */
    public static SchemaRegistry parse(@Nullable String url, boolean registersOnWrite) {
        return new SchemaRegistry(
                RequiredSetting.of("SCHEMA_REGISTRY_URL", url, "http://localhost:8081/apis/registry/v3"),
                registersOnWrite);
    }

    /** Returns the cached schema of a key, or looks it up. Failures are not cached. */
    SchemaLookupResult<Schema> findOnce(Object key, Supplier<SchemaLookupResult<Schema>> lookup) {
        Lookup place = new Lookup(url, key);
        SchemaLookupResult<Schema> known = FOUND.get(place);
        if (known == null) {
            known = lookup.get();
            FOUND.put(place, known);
        }
        return known;
    }
}
