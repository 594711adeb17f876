package dev.mindfulcode.pluginhost;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * A strict parser of small JSON for manifests and results.
 *
 * <p>Rejects JSON that a Postgres {@code jsonb} column rejects or changes: NUL, lone surrogates, duplicate names, and
 * numbers beyond a double. Values are Map, List, String, Double, Boolean and null.
 */
final class PluginJson {
    private static final int NESTING_MAX = 16;
    private static final int NUMBER_CHARS_MAX = 40;
    private static final int REASON_CHARS_MAX = 200;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(NESTING_MAX)
                    .maxNumberLength(NUMBER_CHARS_MAX)
                    .build())
            .build();

    /** A syntax error and its character. */
    static final class MalformedJsonException extends Exception {
        MalformedJsonException(String what, JsonParser at) {
            super(what + " (at character " + at.currentLocation().getCharOffset() + ")");
        }
    }

    private PluginJson() {}

    static Map<String, @Nullable Object> object(String text) throws MalformedJsonException {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            try {
                if (parser.nextToken() != JsonToken.START_OBJECT) {
                    throw new MalformedJsonException("An object is expected", parser);
                }
                Map<String, @Nullable Object> object = fields(parser);
                if (parser.nextToken() != null) {
                    throw new MalformedJsonException("Nothing may follow the object", parser);
                }
                return object;
            } catch (JacksonException e) {
                throw new MalformedJsonException(printable(e.getOriginalMessage()), parser);
            }
        }
    }

    private static Map<String, @Nullable Object> fields(JsonParser parser) throws MalformedJsonException {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = storable(parser.currentName(), parser);
            parser.nextToken();
            fields.put(name, value(parser));
        }
        return fields;
    }

    private static @Nullable Object value(JsonParser parser) throws MalformedJsonException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> fields(parser);
            case START_ARRAY -> {
                List<@Nullable Object> array = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(parser));
                }
                yield Collections.unmodifiableList(array);
            }
            case VALUE_STRING -> storable(parser.getString(), parser);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                double number = parser.getDoubleValue();
                if (Double.isInfinite(number)) {
                    throw new MalformedJsonException("A number is beyond a double", parser);
                }
                yield number;
            }
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case null, default -> throw new MalformedJsonException("A value is expected", parser);
        };
    }

    private static String storable(String text, JsonParser parser) throws MalformedJsonException {
        if (text.codePoints().anyMatch(point -> point == 0 || point >= 0xD800 && point <= 0xDFFF)) {
            throw new MalformedJsonException("A string contains NUL or a lone surrogate", parser);
        }
        return text;
    }

    private static String printable(String message) {
        String line = message.lines().findFirst().orElse("").replaceAll("[^\\x20-\\x7E]", "?");
        return line.length() <= REASON_CHARS_MAX ? line : line.substring(0, REASON_CHARS_MAX) + "…";
    }
}
