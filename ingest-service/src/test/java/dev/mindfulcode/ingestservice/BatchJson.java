package dev.mindfulcode.ingestservice;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** A builder of batches in JSON, valid by default. Values are raw JSON. */
final class BatchJson {

    private final Map<String, String> fields = new LinkedHashMap<>();

    private BatchJson() {}

    static BatchJson of(UUID sessionId, long sequence) {
        return new BatchJson()
                .with("batch_id", quoted(UUID.randomUUID()))
                .with("session_id", quoted(sessionId))
                .with("sequence", Long.toString(sequence))
                .with("started_at", Long.toString(System.currentTimeMillis() - 5_000))
                .with("intervals_ms", "[0,120,90]")
                .with("key_classes", "\"LLS\"");
    }

    /** Returns a report of features. */
    static BatchJson report(UUID sessionId, long sequence) {
        return new BatchJson()
                .with("report_id", quoted(UUID.randomUUID()))
                .with("session_id", quoted(sessionId))
                .with("sequence", Long.toString(sequence))
                .with("started_at", Long.toString(System.currentTimeMillis() - 10_000))
                .with("duration_ms", "5000")
                .with("keystrokes", "25")
                .with("errors", "2")
                .with("context_switches", "1")
                .with("files_modified", "0")
                .with("active_ms", "4800")
                .with("scores", scores("0.75"));
    }

    /** Returns the scores of a report with this focus. */
    static String scores(String focus) {
        return "{\"rhythm\":0.5,\"focus\":" + focus + ",\"consistency\":1,\"error_penalty\":0.125,\"velocity\":0.625}";
    }

    static String quoted(Object text) {
        return '"' + text.toString() + '"';
    }

    static String array(BatchJson... batches) {
        return java.util.Arrays.stream(batches).map(BatchJson::toString).collect(Collectors.joining(",", "[", "]"));
    }

    BatchJson with(String field, String json) {
        fields.put(field, json);
        return this;
    }

    BatchJson without(String field) {
        fields.remove(field);
        return this;
    }

    /** Sets a number of letters, 100 ms apart. */
    BatchJson keystrokes(int count) {
        return with("intervals_ms", "[" + "100,".repeat(Math.max(0, count - 1)) + (count > 0 ? "100" : "") + "]")
                .with("key_classes", quoted("L".repeat(count)));
    }

    @Override
    public String toString() {
        return fields.entrySet().stream()
                .map(field -> quoted(field.getKey()) + ":" + field.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }
}
