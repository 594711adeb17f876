package dev.mindfulcode.webkit.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Strict JSON: snake_case, absent fields instead of null, no lenient syntax. Thread-safe. */
public final class Json {

    private static final int NESTING_DEPTH_MAX = 16;
    private static final int NUMBER_LENGTH_MAX = 40;
    private static final int NAME_LENGTH_MAX = 128;
    private static final int STRING_LENGTH_MAX = 16_384;

    private static final JsonMapper MAPPER = mapper(STRING_LENGTH_MAX);
    private static final JsonMapper LONG_TEXTS = mapper(Integer.MAX_VALUE);

    private Json() {}

    private static JsonMapper mapper(int stringLengthMax) {
        return JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(NESTING_DEPTH_MAX)
                                .maxNumberLength(NUMBER_LENGTH_MAX)
                                .maxNameLength(NAME_LENGTH_MAX)
                                .maxStringLength(stringLengthMax)
                                .build())
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .changeDefaultPropertyInclusion(all -> all.withValueInclusion(JsonInclude.Include.NON_NULL))
                .build();
    }

    /** Returns a record as a JSON document in UTF-8. */
    public static byte[] bytes(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /**
     * Parses a document whose root is an object.
     *
     * @throws ProblemException if the bytes are not exactly one such document
     */
    public static JsonFields object(byte[] document) {
        return object(MAPPER, document);
    }

    /** Like {@link #object(byte[])}, without a limit on the length of texts. */
    public static JsonFields objectOfLongTexts(byte[] document) {
        return object(LONG_TEXTS, document);
    }

    private static JsonFields object(JsonMapper mapper, byte[] document) {
        JsonNode root;
        try {
            root = mapper.readTree(document);
        } catch (JacksonException e) {
            throw malformed();
        }
        if (root.isMissingNode()) {
            throw malformed();
        }
        return JsonFields.ofRoot(root);
    }

    private static ProblemException malformed() {
        return ProblemType.MALFORMED_BODY.withDetail("The body must be one JSON object in UTF-8.");
    }
}
