package dev.mindfulcode.schemas;

/**
 * Where schemas are looked up.
 *
 * @param url the registry's API, such as {@code http://localhost:8081/apis/registry/v3}
 * @param registersOnWrite whether a serializer may register a schema that the registry does not know; releases register
 *     theirs ahead (see {@link Topics}), so production leaves this off
 */
public record SchemaRegistry(String url, boolean registersOnWrite) {}
