package dev.mindfulcode.ingestservice;

import static dev.mindfulcode.webkit.problems.ProblemType.INVALID_BATCH;
import static dev.mindfulcode.webkit.problems.ProblemType.INVALID_UPLOAD;
import static dev.mindfulcode.webkit.problems.ProblemType.MALFORMED_BODY;
import static dev.mindfulcode.webkit.problems.ProblemType.REQUEST_TOO_LARGE;

import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A body that is rejected as a whole, with the expected problem.
 *
 * @param field the path that the problem names; null for the whole body
 */
record InvalidUpload(
        String name,
        String body,
        ProblemType problem,
        @Nullable String field) {

    /** Returns all invalid uploads of an existing session. */
    static List<InvalidUpload> corpus(UUID session) {
        List<InvalidUpload> all = new ArrayList<>();
        all.addAll(structures(session));
        all.addAll(fields(session));
        all.addAll(numbers(session));
        all.addAll(signals(session));
        return all;
    }

    private static List<InvalidUpload> structures(UUID session) {
        String good = BatchJson.of(session, 0).toString();
        return List.of(
                new InvalidUpload("empty", "", MALFORMED_BODY, null),
                new InvalidUpload("blank", "  \n ", MALFORMED_BODY, null),
                new InvalidUpload("no JSON", "intervals=1", MALFORMED_BODY, null),
                new InvalidUpload("null", "null", MALFORMED_BODY, null),
                new InvalidUpload("a number", "42", MALFORMED_BODY, null),
                new InvalidUpload("a text", "\"batch\"", MALFORMED_BODY, null),
                new InvalidUpload("an empty array", "[]", INVALID_BATCH, null),
                new InvalidUpload("an empty object", "{}", INVALID_BATCH, "batch_id"),
                new InvalidUpload("a comma too many", "[" + good + ",]", MALFORMED_BODY, "[0]"),
                new InvalidUpload("two documents", good + good, MALFORMED_BODY, null),
                new InvalidUpload("something after the end", good + "x", MALFORMED_BODY, null),
                new InvalidUpload(
                        "cut off in a number list", cutAfter(good, "[0,12"), MALFORMED_BODY, "intervals_ms[2]"),
                new InvalidUpload("cut off in a name", cutAfter(good, "\"session_"), MALFORMED_BODY, null),
                new InvalidUpload("cut off before the end", good.substring(0, good.length() - 1), MALFORMED_BODY, null),
                new InvalidUpload("nested deep", "[".repeat(100_000), MALFORMED_BODY, "[0]"),
                new InvalidUpload(
                        "nested deep in a field",
                        BatchJson.of(session, 0)
                                .with("dwells_ms", "[".repeat(50_000))
                                .toString(),
                        INVALID_BATCH,
                        "dwells_ms[0]"),
                new InvalidUpload("a comment", "/* hi */" + good, MALFORMED_BODY, null),
                new InvalidUpload("single quotes", good.replace('"', '\''), MALFORMED_BODY, null),
                new InvalidUpload(
                        "101 batches", "[" + (good + ",").repeat(100) + good + "]", REQUEST_TOO_LARGE, "[100]"),
                new InvalidUpload(
                        "101 batches in an envelope",
                        "{\"batches\":[" + (good + ",").repeat(100) + good + "]}",
                        REQUEST_TOO_LARGE,
                        "batches[100]"),
                new InvalidUpload(
                        "an envelope without batches", "{\"sent_at\":1700000000000}", INVALID_BATCH, "batch_id"),
                new InvalidUpload("an empty envelope", "{\"batches\":[]}", INVALID_BATCH, "batches"),
                new InvalidUpload(
                        "an envelope that is no list", "{\"batches\":" + good + "}", INVALID_BATCH, "batches"),
                new InvalidUpload(
                        "an envelope with more",
                        "{\"batches\":[" + good + "],\"version\":1}",
                        INVALID_UPLOAD,
                        "version"),
                new InvalidUpload(
                        "batches in a batch", good.replaceFirst("}$", ",\"batches\":[]}"), INVALID_BATCH, "batches"),
                new InvalidUpload(
                        "batches twice",
                        "{\"batches\":[" + good + "],\"batches\":[" + good + "]}",
                        INVALID_BATCH,
                        "batches"),
                sentAt("1700000000", good),
                sentAt("1.5", good),
                sentAt("\"2026-01-01T00:00:00Z\"", good),
                sentAt("253402300800000", good),
                sentAt("{}", good));
    }

    private static InvalidUpload sentAt(String value, String batch) {
        return new InvalidUpload(
                "sent_at " + value,
                "{\"sent_at\":" + value + ",\"batches\":[" + batch + "]}",
                INVALID_UPLOAD,
                "sent_at");
    }

    private static List<InvalidUpload> fields(UUID session) {
        List<InvalidUpload> all = new ArrayList<>();
        for (String field :
                List.of("batch_id", "session_id", "sequence", "started_at", "intervals_ms", "key_classes")) {
            all.add(invalid("without " + field, BatchJson.of(session, 0).without(field), field));
            all.add(invalid(field + " null", BatchJson.of(session, 0).with(field, "null"), field));
            all.add(invalid(field + " an object", BatchJson.of(session, 0).with(field, "{\"a\":1}"), field));
            all.add(invalid(field + " true", BatchJson.of(session, 0).with(field, "true"), field));
        }
        String uuid = session.toString();
        for (String text : List.of(
                "",
                "1-2-3-4-5",
                uuid + "0",
                uuid.substring(1),
                uuid.replace('-', '_'),
                uuid.replace("-", ""),
                "g" + uuid.substring(1),
                "é" + uuid.substring(1))) {
            all.add(invalid(
                    "id " + text, BatchJson.of(session, 0).with("batch_id", BatchJson.quoted(text)), "batch_id"));
        }
        all.add(invalid("a field unknown", BatchJson.of(session, 0).with("text", "\"secret\""), "text"));
        all.add(invalid("a field mistyped", BatchJson.of(session, 0).with("dwell_ms", "[1,2,3]"), "dwell_ms"));
        all.add(new InvalidUpload(
                "a field twice",
                BatchJson.of(session, 0).toString().replace("{\"batch_id\"", "{\"sequence\":3,\"batch_id\""),
                INVALID_BATCH,
                "sequence"));
        all.add(invalid("class unknown", BatchJson.of(session, 0).with("key_classes", "\"LLl\""), "key_classes[2]"));
        all.add(invalid(
                "class beyond ASCII",
                BatchJson.of(session, 0).with("key_classes", "\"L\uD83D\uDE00\""),
                "key_classes[1]"));
        all.add(invalid(
                "class name unknown",
                BatchJson.of(session, 0).with("key_classes", "[\"LETTER\",\"letter\",\"SPACE\"]"),
                "key_classes[1]"));
        all.add(invalid("class a number", BatchJson.of(session, 0).with("key_classes", "[0,0,0]"), "key_classes[0]"));
        all.add(invalid("classes missing", BatchJson.of(session, 0).with("key_classes", "\"LL\""), "key_classes"));
        all.add(invalid("classes over", BatchJson.of(session, 0).with("key_classes", "\"LLLL\""), "key_classes"));
        all.add(invalid("dwells missing", BatchJson.of(session, 0).with("dwells_ms", "[1,2]"), "dwells_ms"));
        all.add(invalid("1001 keystrokes", BatchJson.of(session, 0).keystrokes(1_001), "intervals_ms[1000]"));
        all.add(invalid("nothing in it", BatchJson.of(session, 0).keystrokes(0), "intervals_ms"));
        return all;
    }

    private static List<InvalidUpload> numbers(UUID session) {
        List<InvalidUpload> all = new ArrayList<>();
        for (String number : List.of(
                "-1",
                "86400001",
                "2147483648",
                "-2147483649",
                "9223372036854775808",
                "12345678901234567890123",
                "1.5",
                "1.00000000000000000000001",
                "5e-1",
                "1e400",
                "1e99999999999",
                "1".repeat(40),
                "\"1\"",
                "null",
                "true",
                "[]",
                "{}")) {
            all.add(invalid(
                    "interval " + number,
                    BatchJson.of(session, 0).with("intervals_ms", "[0," + number + ",1]"),
                    "intervals_ms[1]"));
        }
        for (String number :
                List.of("NaN", "Infinity", "-Infinity", "+1", "01", ".5", "1.", "--1", "1".repeat(1_001))) {
            all.add(new InvalidUpload(
                    "interval " + number,
                    BatchJson.of(session, 0)
                            .with("intervals_ms", "[0," + number + ",1]")
                            .toString(),
                    MALFORMED_BODY,
                    "intervals_ms[1]"));
        }
        all.add(invalid(
                "over a day", BatchJson.of(session, 0).with("intervals_ms", "[0,86400000,1]"), "intervals_ms[2]"));
        all.add(invalid("dwell -1", BatchJson.of(session, 0).with("dwells_ms", "[1,-1,1]"), "dwells_ms[1]"));
        all.add(invalid("dwell 600001", BatchJson.of(session, 0).with("dwells_ms", "[1,600001,1]"), "dwells_ms[1]"));
        for (String number : List.of("-1", "9007199254740992", "1.5", "\"3\"", "99999999999999999999")) {
            all.add(invalid("sequence " + number, BatchJson.of(session, 0).with("sequence", number), "sequence"));
        }
        for (String number : List.of(
                "-1", "0", "1700000000", "1577836799999", "253402300800000", "\"2026-01-01T00:00:00Z\"", "1e12")) {
            all.add(invalid("started_at " + number, BatchJson.of(session, 0).with("started_at", number), "started_at"));
        }
        return all;
    }

    private static List<InvalidUpload> signals(UUID session) {
        List<InvalidUpload> all = new ArrayList<>();
        all.add(signal(session, "7", ""));
        all.add(signal(session, "{}", ".at_ms"));
        all.add(signal(session, "{\"at_ms\":5}", ".kind"));
        all.add(signal(session, "{\"at_ms\":-5,\"kind\":\"save\"}", ".at_ms"));
        all.add(signal(session, "{\"at_ms\":86400001,\"kind\":\"save\"}", ".at_ms"));
        all.add(signal(session, "{\"at_ms\":5,\"kind\":\"SAVE\"}", ".kind"));
        all.add(signal(session, "{\"at_ms\":5,\"kind\":3}", ".kind"));
        all.add(signal(session, "{\"at_ms\":5,\"kind\":\"save\",\"at_ms\":6}", ".at_ms"));
        all.add(signal(session, "{\"at_ms\":5,\"kind\":\"save\",\"file\":\"a.txt\"}", ".file"));
        all.add(signal(session, "{\"at_ms\":5,\"kind\":\"save\",\"value\":1}", ".value"));
        all.add(signal(session, "{\"at_ms\":5,\"kind\":\"save\",\"value\":\"ok\"}", ".value"));
        all.add(signal(session, "{\"at_ms\":5,\"kind\":\"build\"}", ".value"));
        all.add(signal(session, "{\"at_ms\":5,\"kind\":\"build\",\"value\":1}", ".value"));
        all.add(signal(session, "{\"at_ms\":5,\"kind\":\"test\",\"value\":\"broken\"}", ".value"));
        all.add(signal(session, "{\"at_ms\":5,\"kind\":\"diagnostics\"}", ".value"));
        all.add(signal(session, "{\"at_ms\":5,\"kind\":\"diagnostics\",\"value\":\"ok\"}", ".value"));
        all.add(signal(session, "{\"at_ms\":5,\"kind\":\"diagnostics\",\"value\":-1}", ".value"));
        all.add(signal(session, "{\"at_ms\":5,\"kind\":\"diagnostics\",\"value\":1000001}", ".value"));
        all.add(invalid("signals a text", BatchJson.of(session, 0).with("signals", "\"save\""), "signals"));
        String save = "{\"at_ms\":1,\"kind\":\"save\"}";
        all.add(invalid(
                "1001 signals",
                BatchJson.of(session, 0).with("signals", "[" + (save + ",").repeat(1_000) + save + "]"),
                "signals[1000]"));
        return all;
    }

    private static InvalidUpload signal(UUID session, String signal, String member) {
        String save = "{\"at_ms\":1,\"kind\":\"save\"}";
        return invalid(
                "signal " + signal,
                BatchJson.of(session, 0).with("signals", "[" + save + "," + signal + "]"),
                "signals[1]" + member);
    }

    private static InvalidUpload invalid(String name, BatchJson body, String field) {
        return new InvalidUpload(name, body.toString(), INVALID_BATCH, field);
    }

    private static String cutAfter(String text, String where) {
        return text.substring(0, text.indexOf(where) + where.length());
    }

    @Override
    public String toString() {
        return name;
    }
}
