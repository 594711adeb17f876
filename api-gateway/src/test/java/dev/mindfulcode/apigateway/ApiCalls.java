package dev.mindfulcode.apigateway;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Generates requests from an OpenAPI document: valid, at the bounds of their schemas, and invalid. */
final class ApiCalls {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int ARRAY_SIZE_USUAL_MAX = 20;
    private static final int TEXT_LENGTH_USUAL_MAX = 40;
    private static final String FIXED_KEY = "\"the-same-key-every-time\"";

    private static final List<String> HOSTILE_TEXTS = List.of(
            "",
            " ",
            "\u0000",
            "a\u0000b",
            "\u202Eabc",
            "\uFFFF",
            "👩‍💻".repeat(30),
            "' or 1=1 --",
            "%' ; --",
            "../../../etc/passwd",
            "${jndi:ldap://127.0.0.1/x}",
            "{{7*7}}",
            "<script>alert(1)</script>",
            "2026-13-45T99:99:99Z",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999999Z",
            "+999999999-12-31T23:59:59Z",
            "-1",
            "NaN",
            "00000000-0000-0000-0000-000000000000",
            "1-1-1-1-1",
            "x".repeat(257),
            "x".repeat(20_000));

    private static final List<String> BROKEN_BODIES = List.of(
            "",
            "{",
            "[]",
            "null",
            "1",
            "\"text\"",
            "{} {}",
            "{\"a\": 1, \"a\": 2}",
            "{'a': 1}",
            "[".repeat(5_000),
            "{\"a\":".repeat(100) + "1" + "}".repeat(100),
            "{\"a\": 1e999}",
            "{\"a\": " + "9".repeat(5_000) + "}",
            "\uFEFF{}",
            "x".repeat(70_000));

    private static final List<String> OTHER_TYPES = List.of(
            "text/plain", "application/xml", "multipart/form-data", "nonsense", "application/json; charset=utf-16");

    private final ApiSchemas schemas;
    private final List<String> knownEmails;
    private final List<Operation> operations = new ArrayList<>();

    /** @param knownEmails of existing accounts */
    ApiCalls(ApiSchemas schemas, List<String> knownEmails) {
        this.schemas = schemas;
        this.knownEmails = knownEmails;
        schemas.document()
                .path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    if (operation.getValue().has("operationId")
                            && !operation.getValue().has("x-service")) {
                        operations.add(new Operation(
                                operation.getKey().toUpperCase(Locale.ROOT), path.getKey(), operation.getValue()));
                    }
                }));
    }

    List<Operation> operations() {
        return operations;
    }

    Call call(Random random) {
        Operation operation = operations.get(random.nextInt(operations.size()));
        if (operation.hashesPasswords() && random.nextInt(4) > 0) {
            operation = operations.get(random.nextInt(operations.size()));
        }
        Token token = random.nextInt(12) > 0 ? Token.VALID : random.nextBoolean() ? Token.NONE : Token.BROKEN;
        if (operation.isEndless() && token == Token.VALID) {
            token = Token.BROKEN;
        }
        Map<String, String> headers = new LinkedHashMap<>();
        List<String> query = new ArrayList<>();
        boolean[] bearsRead = {false};
        operation.notes().path("parameters").forEach(parameter -> {
            JsonNode known = schemas.resolved(parameter);
            String name = known.path("name").asString();
            switch (known.path("in").asString()) {
                case "query" -> {
                    if (known.path("required").asBoolean(false) || random.nextInt(3) > 0) {
                        JsonNode value = random.nextInt(3) > 0 ? valid(known.path("schema"), random) : hostile(random);
                        query.add(name + "="
                                + java.net.URLEncoder.encode(
                                        shortened(value.asString(value.toString())), StandardCharsets.UTF_8));
                    }
                }
                case "header" -> {
                    switch (name) {
                        case "Idempotency-Key" -> idempotencyKey(random, headers);
                        case "X-Read-After" -> {
                            bearsRead[0] = random.nextInt(3) == 0;
                            if (random.nextInt(10) == 0) {
                                headers.put(name, "no-token-" + random.nextInt());
                            }
                        }
                        default -> headers.put(name, "x");
                    }
                }
                default -> {
                    // Path parameters are filled in when the request is sent.
                }
            }
        });
        byte[] body = null;
        if (operation.notes().has("requestBody")) {
            body = body(operation, random);
            headers.put(
                    "Content-Type",
                    random.nextInt(20) > 0 ? "application/json" : OTHER_TYPES.get(random.nextInt(OTHER_TYPES.size())));
        }
        return new Call(operation, token, random.nextInt(1 << 24), query, headers, bearsRead[0], body);
    }

    private static void idempotencyKey(Random random, Map<String, String> headers) {
        int choice = random.nextInt(20);
        if (choice < 5) {
            headers.put("Idempotency-Key", "\"" + new UUID(random.nextLong(), random.nextLong()) + "\"");
        } else if (choice == 5) {
            headers.put("Idempotency-Key", FIXED_KEY);
        } else if (choice == 6) {
            headers.put("Idempotency-Key", "not a key");
        }
    }

    private byte[] body(Operation operation, Random random) {
        JsonNode content = operation.notes().path("requestBody").path("content").path("application/json");
        if (random.nextInt(8) == 0) {
            return BROKEN_BODIES.get(random.nextInt(BROKEN_BODIES.size())).getBytes(StandardCharsets.UTF_8);
        }
        JsonNode body = content.has("example") && random.nextInt(4) == 0
                ? content.path("example").deepCopy()
                : valid(content.path("schema"), random);
        for (int changes = random.nextInt(4) - 1; changes > 0; changes--) {
            body = broken(body, random);
        }
        byte[] text = Api.JSON.writeValueAsBytes(body);
        if (random.nextInt(15) == 0 && text.length > 0) {
            text[random.nextInt(text.length)] = (byte) random.nextInt();
        }
        return text;
    }

    /** Returns a value that is valid by a schema; at its bounds every third time. */
    private JsonNode valid(JsonNode schema, Random random) {
        JsonNode known = schemas.resolved(schema);
        if (known.has("oneOf")) {
            return valid(
                    known.path("oneOf").get(random.nextInt(known.path("oneOf").size())), random);
        }
        if (known.has("enum")) {
            return known.path("enum").get(random.nextInt(known.path("enum").size()));
        }
        JsonNode type = known.path("type");
        return switch (type.isArray() ? type.get(0).asString() : type.asString("object")) {
            case "string" -> NODES.stringNode(text(known, random));
            case "integer" -> NODES.numberNode(whole(known, random));
            case "number" -> NODES.numberNode(fraction(known, random));
            case "boolean" -> NODES.booleanNode(random.nextBoolean());
            case "null" -> NODES.nullNode();
            case "array" -> array(known, random);
            default -> object(known, random);
        };
    }

    private ObjectNode object(JsonNode schema, Random random) {
        ObjectNode object = NODES.objectNode();
        schema.path("properties").properties().forEach(property -> {
            if (isRequired(schema, property.getKey()) || random.nextBoolean()) {
                object.set(property.getKey(), valid(property.getValue(), random));
            }
        });
        return object;
    }

    private static boolean isRequired(JsonNode schema, String name) {
        for (JsonNode required : schema.path("required")) {
            if (required.asString().equals(name)) {
                return true;
            }
        }
        return false;
    }

    private ArrayNode array(JsonNode schema, Random random) {
        int min = schema.path("minItems").asInt(0);
        int max = schema.path("maxItems").asInt(ARRAY_SIZE_USUAL_MAX);
        int size = random.nextInt(10) == 0
                ? (random.nextBoolean() ? min : max)
                : between(min, Math.min(max, Math.max(min, ARRAY_SIZE_USUAL_MAX)), random);
        ArrayNode array = NODES.arrayNode();
        IntStream.range(0, size).forEach(_ -> array.add(valid(schema.path("items"), random)));
        return array;
    }

    private String text(JsonNode schema, Random random) {
        if (schema.path("format").asString("").equals("date-time")) {
            Duration ago = Duration.ofMillis(
                    (long) (random.nextDouble() * Duration.ofDays(8).toMillis()));
            Instant time = Instant.now().minus(ago);
            return random.nextInt(4) == 0
                    ? time.atOffset(java.time.ZoneOffset.ofHours(random.nextInt(25) - 12))
                            .toString()
                    : time.toString();
        }
        if (schema.path("pattern").asString("").contains("0-9a-f")) {
            return new UUID(random.nextLong(), random.nextLong()).toString();
        }
        if (schema.path("format").asString("").equals("email")) {
            if (random.nextInt(3) == 0) {
                return knownEmails.get(random.nextInt(knownEmails.size()));
            }
            return "fuzz-" + new UUID(random.nextLong(), random.nextLong()) + "@example.org";
        }
        JsonNode examples = schema.path("examples");
        if (!examples.isEmpty() && random.nextInt(3) > 0) {
            return examples.get(random.nextInt(examples.size())).asString();
        }
        int min = schema.path("minLength").asInt(0);
        int max = schema.path("maxLength").asInt(TEXT_LENGTH_USUAL_MAX);
        int length = random.nextInt(3) == 0
                ? (random.nextBoolean() ? min : max)
                : between(min, Math.min(max, Math.max(min, TEXT_LENGTH_USUAL_MAX)), random);
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append((char) (random.nextInt(20) == 0 ? 'À' + random.nextInt(60) : '!' + random.nextInt(94)));
        }
        return text.toString();
    }

    private static long whole(JsonNode schema, Random random) {
        long min = schema.path("minimum").asLong(0);
        long max = schema.path("maximum").asLong(1_000_000);
        return random.nextInt(3) == 0 ? (random.nextBoolean() ? min : max) : random.nextLong(min, max);
    }

    private static double fraction(JsonNode schema, Random random) {
        double min = schema.path("minimum").asDouble(0);
        double max = schema.path("maximum").asDouble(1_000_000);
        return random.nextInt(3) == 0
                ? (random.nextBoolean() ? min : max)
                : min + random.nextDouble() * (random.nextInt(3) > 0 ? Math.min(max - min, 500) : max - min);
    }

    private static int between(int min, int max, Random random) {
        return min + random.nextInt(max - min + 1);
    }

    /** Returns the value with one part replaced, removed or added. */
    private JsonNode broken(JsonNode value, Random random) {
        if (value instanceof ObjectNode object && !object.isEmpty() && random.nextInt(6) > 0) {
            List<String> names = List.copyOf(object.propertyNames());
            String name = names.get(random.nextInt(names.size()));
            switch (random.nextInt(5)) {
                case 0 -> object.remove(name);
                case 1 -> object.set("x" + random.nextInt(100), hostile(random));
                default -> object.set(name, broken(object.get(name), random));
            }
            return object;
        }
        if (value instanceof ArrayNode array && !array.isEmpty() && random.nextInt(3) > 0) {
            int at = random.nextInt(array.size());
            array.set(at, broken(array.get(at), random));
            return array;
        }
        return hostile(random);
    }

    private static JsonNode hostile(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(true);
            case 2 -> NODES.numberNode(-1);
            case 3 -> NODES.numberNode(Long.MAX_VALUE);
            case 4 -> NODES.numberNode(1e308);
            case 5 -> NODES.numberNode(new java.math.BigInteger("9".repeat(39)));
            case 6 -> NODES.numberNode(0.5);
            case 7 -> NODES.arrayNode();
            case 8 -> NODES.objectNode();
            default -> NODES.stringNode(HOSTILE_TEXTS.get(random.nextInt(HOSTILE_TEXTS.size())));
        };
    }

    /** Text that fits into a request line even if all of it is escaped. */
    private static String shortened(String text) {
        return text.length() > 300 ? text.substring(0, 300) : text;
    }

    enum Token {
        VALID,
        NONE,
        BROKEN
    }

    record Operation(String method, String path, JsonNode notes) {

        boolean hashesPasswords() {
            return path.endsWith("/register") || path.endsWith("/login") || path.endsWith("/password");
        }

        /** Returns whether its response has no end. */
        boolean isEndless() {
            JsonNode content = notes.path("responses").path("200").path("content");
            return content.has("text/event-stream") && content.size() == 1;
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    /**
     * @param pathChoice selects the known ids in the path, twelve bits per parameter
     * @param bearsRead whether it sends the latest X-Read-After
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Call(
            Operation operation,
            Token token,
            int pathChoice,
            List<String> query,
            Map<String, String> headers,
            boolean bearsRead,
            byte @Nullable [] body) {

        @Override
        public String toString() {
            String text = body == null ? "" : new String(body, StandardCharsets.UTF_8);
            return operation + " " + token + " " + query + " " + headers + " "
                    + (text.length() > 600 ? text.substring(0, 600) + "…" : text);
        }
    }
}
