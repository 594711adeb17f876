package dev.mindfulcode.ingestservice;

import dev.mindfulcode.schemas.ReadAfterToken;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The result of each batch of an upload whose accepted batches Kafka has acknowledged.
 *
 * @param readAfter the token for reads that are to see the upload; empty if no batch was accepted or the broker did not
 *     report the position
 */
record UploadResult(TimeAdjustedUpload adjusted, Optional<ReadAfterToken> readAfter) {

    private static final JsonFactory JSON = new JsonFactory();
    private static final byte[] NOTHING_MOVED_OR_REJECTED =
            ",\"moved\":[],\"rejected\":[]}".getBytes(StandardCharsets.US_ASCII);

    Upload upload() {
        return adjusted.upload();
    }

    /** Returns {@code {"accepted": 2, "keystrokes": 80, "moved": […], "rejected": […]}}. */
    byte[] json() {
        Upload upload = upload();
        ByteArrayOutputStream out = new ByteArrayOutputStream(96);
        if (adjusted.movedSessions().isEmpty() && upload.rejected().isEmpty()) {
            String counts = "{\"accepted\":" + upload.batches().size() + ",\"keystrokes\":" + upload.keystrokes();
            out.writeBytes(counts.getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(NOTHING_MOVED_OR_REJECTED);
            return out.toByteArray();
        }
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            json.writeNumberProperty("accepted", upload.batches().size());
            json.writeNumberProperty("keystrokes", upload.keystrokes());
            json.writeArrayPropertyStart("moved");
            for (MovedSession move : adjusted.movedSessions()) {
                json.writeStartObject();
                json.writeStringProperty("session_id", move.sessionId().toString());
                json.writeNumberProperty("batches", move.batches());
                write(move.shift(), json);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayPropertyStart("rejected");
            for (Rejection rejection : upload.rejected()) {
                json.writeStartObject();
                json.writeNumberProperty("index", rejection.index());
                json.writeStringProperty("type", rejection.type().uri());
                if (rejection.field() != null) {
                    json.writeStringProperty("field", rejection.field());
                }
                json.writeStringProperty("detail", rejection.detail());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return out.toByteArray();
    }

    /** Returns one WebSocket message for each batch, in the order sent. */
    List<String> messages() {
        List<ParsedBatch> batches = upload().batches();
        List<Rejection> rejected = upload().rejected();
        List<String> messages = new ArrayList<>(upload().size());
        String token = readAfter.map(ReadAfterToken::text).orElse(null);
        int nextBatch = 0;
        int nextRejection = 0;
        while (nextBatch < batches.size() || nextRejection < rejected.size()) {
            boolean isRejection = nextBatch == batches.size()
                    || nextRejection < rejected.size()
                            && rejected.get(nextRejection).index()
                                    < batches.get(nextBatch).index();
            messages.add(
                    isRejection
                            ? UploadProblems.message(rejected.get(nextRejection++))
                            : ack(batches.get(nextBatch++), token));
        }
        return messages;
    }

    private String ack(ParsedBatch batch, @Nullable String token) {
        StringBuilder ack = new StringBuilder(256)
                .append("{\"type\":\"ack\",\"sequence\":")
                .append(batch.sequence())
                .append(",\"session_id\":\"")
                .append(batch.sessionId())
                .append("\",\"batch_id\":\"")
                .append(batch.batchId())
                .append('"');
        if (token != null) {
            ack.append(",\"read_after\":\"").append(token).append('"');
        }
        TimeShift shift = adjusted.shiftOf(batch.sessionId());
        if (shift != null) {
            ack.append(",\"moved\":{\"shift_ms\":")
                    .append(shift.ms())
                    .append(",\"reason\":\"")
                    .append(shift.reason().wireName())
                    .append("\"}");
        }
        return ack.append('}').toString();
    }

    private static void write(TimeShift shift, JsonGenerator json) {
        json.writeNumberProperty("shift_ms", shift.ms());
        json.writeStringProperty("reason", shift.reason().wireName());
    }
}
