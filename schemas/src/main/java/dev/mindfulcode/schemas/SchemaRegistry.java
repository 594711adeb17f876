package dev.mindfulcode.schemas;

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
     * Reads the values of SCHEMA_REGISTRY_URL and MINDFUL_REGISTER_SCHEMAS.
     *
     * @throws IllegalArgumentException if the URL is missing
     */
    public static SchemaRegistry parse(@Nullable String url, boolean registersOnWrite) {
        return new SchemaRegistry(
                RequiredSetting.of("SCHEMA_REGISTRY_URL", url, "http://localhost:8081/apis/registry/v3"),
                registersOnWrite);
    }
}
