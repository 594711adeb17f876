package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.flowengine.FlowDetector;
import dev.mindfulcode.flowengine.Recommendations;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.json.Uuids;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The body of a detection: {@code {flow_data, history?, user_preferences?}}, also wrapped in {@code {request}}. */
final class DetectRequest {

    private static final int INTERVALS_MAX = 1_000;

    /** A day. */
    private static final int INTERVAL_MS_MAX = 86_400_000;

    private static final int COUNT_MAX = 1_000_000;
    private static final int SESSION_ID_LENGTH_MAX = 128;
    private static final int TIMESTAMP_LENGTH_MAX = 64;
    private static final double VELOCITY_MAX = 100_000;
    private static final int PRESENT_MINUTES_MAX = 1_440;
    private static final int INTENSITIES_MAX = 1_000;
    private static final double MINUTE_MS = 60_000;

    /** The largest integer that JavaScript represents exactly. */
    private static final long SEQUENCE_MAX = (1L << 53) - 1;

    private static final String[] REQUEST_FIELDS = {"flow_data", "history", "user_preferences"};
    static final String[] FIELDS = {"request", "flow_data", "history", "user_preferences"};
    private static final String[] HISTORY_FIELDS = {"present_minutes", "intensities"};
    private static final String[] DATA_FIELDS = {
        "session_id",
        "sequence",
        "keystroke_intervals",
        "context_switches",
        "error_events",
        "window_focus_duration",
        "file_modifications",
        "timestamp",
        "typing_velocity",
        "pause_patterns"
    };
    private static final String[] PREFERENCE_FIELDS = {
        "sensitivity_level", "notification_threshold", "focus_mode_enabled", "break_reminders_enabled"
    };

    private DetectRequest() {}

    /** @param defaultSensitivity applies without a {@code sensitivity_level} */
    static FlowDetector.Request read(JsonFields body, float defaultSensitivity) {
        JsonFields wrapped = body.object("request");
        JsonFields request = wrapped == null ? body : wrapped.only(REQUEST_FIELDS);
        JsonFields data =
                request.required("flow_data", request.object("flow_data")).only(DATA_FIELDS);
        int[] intervals = data.required(
                "keystroke_intervals", data.milliseconds("keystroke_intervals", 1, INTERVALS_MAX, INTERVAL_MS_MAX));
        int[] pauses = data.milliseconds("pause_patterns", 0, INTERVALS_MAX, INTERVAL_MS_MAX);
        Double focusMs = data.number("window_focus_duration", 0, INTERVALS_MAX * (double) INTERVAL_MS_MAX);
        Double velocity = data.number("typing_velocity", 0, VELOCITY_MAX);
        var _ = data.text("session_id", SESSION_ID_LENGTH_MAX);
        var _ = timestamp(data);
        return new FlowDetector.Request(
                intervals,
                count(data, "context_switches"),
                count(data, "error_events"),
                focusMs == null ? -1 : Math.round(focusMs),
                count(data, "file_modifications"),
                velocity == null ? Double.NaN : velocity,
                pauses == null ? new int[0] : pauses,
                sensitivity(preferenceFields(request), defaultSensitivity),
                history(request));
    }

    /** Reads what the client knows of the time before; null if it sends nothing. */
    private static FlowDetector.@Nullable History history(JsonFields request) {
        JsonFields sent = request.object("history");
        if (sent == null) {
            return null;
        }
        JsonFields history = sent.only(HISTORY_FIELDS);
        double minutes = history.required("present_minutes", history.number("present_minutes", 0, PRESENT_MINUTES_MAX));
        double[] intensities = history.numbers("intensities", 0, INTENSITIES_MAX, 0, 1);
        return new FlowDetector.History(
                Math.round(minutes * MINUTE_MS), intensities == null ? new float[0] : floats(intensities));
    }

    private static float[] floats(double[] numbers) {
        float[] floats = new float[numbers.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) numbers[i];
        }
        return floats;
    }

    /**
     * Returns the id under which the caller's live connections see the detection: the client's {@code session_id} if it
     * is a UUID, otherwise one that all other detections of the user share.
     */
    static UUID sessionId(JsonFields body, UUID userId) {
        String text = data(body).text("session_id", SESSION_ID_LENGTH_MAX);
        UUID uuid = text == null ? null : Uuids.parse(text);
        return uuid == null ? UUID.nameUUIDFromBytes((userId + "/detect").getBytes(StandardCharsets.UTF_8)) : uuid;
    }

    /** Reads where in its session the detection counts; null without a {@code sequence}: it does not count. */
    static DetectionReports.@Nullable Position position(JsonFields body) {
        JsonFields data = data(body);
        Long sequence = data.integer("sequence", 0, SEQUENCE_MAX);
        return sequence == null
                ? null
                : new DetectionReports.Position(
                        data.required("session_id", data.uuid("session_id")),
                        sequence,
                        data.required("timestamp", timestamp(data)));
    }

    private static JsonFields data(JsonFields body) {
        JsonFields wrapped = body.object("request");
        JsonFields request = wrapped == null ? body : wrapped;
        return request.required("flow_data", request.object("flow_data"));
    }

    /**
     * Reads the preferences for recommendations: {@code notification_threshold} is the intensity from which messages
     * should wait, {@code break_reminders_enabled} false omits breaks, {@code focus_mode_enabled} true omits all other
     * advice while messages should wait.
     */
    static Recommendations.Preferences preferences(JsonFields body) {
        JsonFields wrapped = body.object("request");
        JsonFields preferences = preferenceFields(wrapped == null ? body : wrapped);
        if (preferences == null) {
            return Recommendations.Preferences.DEFAULT;
        }
        Double holdFrom = preferences.number("notification_threshold", 0, 1);
        Boolean breakReminders = preferences.bool("break_reminders_enabled");
        Boolean focusMode = preferences.bool("focus_mode_enabled");
        return new Recommendations.Preferences(
                holdFrom == null ? Double.NaN : holdFrom,
                breakReminders == null || breakReminders,
                focusMode != null && focusMode);
    }

    /** Reads the time of the last keystroke, as text or in epoch milliseconds. */
    private static @Nullable Instant timestamp(JsonFields data) {
        if (data.isText("timestamp")) {
            var _ = data.text("timestamp", TIMESTAMP_LENGTH_MAX);
            return data.time("timestamp");
        }
        Long epochMs = data.integer("timestamp", 0, Long.MAX_VALUE);
        return epochMs == null ? null : Instant.ofEpochMilli(epochMs);
    }

    private static @Nullable JsonFields preferenceFields(JsonFields request) {
        JsonFields preferences = request.object("user_preferences");
        return preferences == null ? null : preferences.only(PREFERENCE_FIELDS);
    }

    private static int count(JsonFields data, String name) {
        Long count = data.integer(name, 0, COUNT_MAX);
        return count == null ? 0 : Math.toIntExact(count);
    }

    private static float sensitivity(@Nullable JsonFields preferences, float defaultSensitivity) {
        Double sensitivity = preferences == null ? null : preferences.number("sensitivity_level", 0, 1);
        return sensitivity == null ? defaultSensitivity : sensitivity.floatValue();
    }
}
