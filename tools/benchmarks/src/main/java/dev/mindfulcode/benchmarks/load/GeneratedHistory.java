package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.DeterministicIds;
import dev.mindfulcode.cli.http.ApiClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Generated history of one account in parts of an exported log, as {@code POST /api/privacy/import} reads it. The same
 * account and anchor give the same parts, so that a repeated import adds nothing. Each session has one report of
 * features a minute, whose scores vary, with flow more likely in the third hour.
 *
 * @param account distinguishes accounts, from 0
 * @param anchorMs the end of the history, epoch milliseconds
 */
record GeneratedHistory(int account, long anchorMs) {

    /** Sessions of a part of {@link #sessions}: with three records each within the limit of a request. */
    static final int PART_SESSIONS = 100;

    private static final long MINUTE_MS = 60_000;
    private static final long HOUR_MS = 60 * MINUTE_MS;
    private static final long DAY_MS = 24 * HOUR_MS;
    private static final long YEAR_MS = 365 * DAY_MS;
    private static final int SPREAD_YEARS = 5;
    private static final Duration SPACING_MAX = Duration.ofHours(6);
    private static final int HALF_DAY_MINUTES = 4 * 60;
    private static final int[] HALF_DAY_HOURS = {9, 14};
    private static final List<String> LANGUAGES = List.of("java", "kotlin", "python", "typescript", "sql", "go");

    /**
     * Records of one import request.
     *
     * @param source the account that they claim to be exported from
     * @param lastMs the time of its last report, epoch milliseconds
     */
    record Part(UUID source, String json, long lastMs) {}

    /** Returns {@link #PART_SESSIONS} sessions of half an hour to three hours, in the five years before the last. */
    Part sessions(long part, long parts) {
        SplittableRandom random = new SplittableRandom(31 * part + account);
        long spacingMs = Math.min(SPACING_MAX.toMillis(), SPREAD_YEARS * YEAR_MS / (parts * PART_SESSIONS));
        Records records = new Records(2 * PART_SESSIONS * part, PART_SESSIONS * part);
        long lastMs = 0;
        UUID[] ids = new UUID[PART_SESSIONS];
        long[] starts = new long[PART_SESSIONS];
        for (int i = 0; i < PART_SESSIONS; i++) {
            long index = part * PART_SESSIONS + i;
            starts[i] = anchorMs - YEAR_MS - (parts * PART_SESSIONS - index) * spacingMs;
            ids[i] = DeterministicIds.of(starts[i], "bench-session/" + account + "/" + index);
            records.session(ids[i], "started", starts[i], LANGUAGES.get(random.nextInt(LANGUAGES.size())));
        }
        for (int i = 0; i < PART_SESSIONS; i++) {
            lastMs = starts[i];
            records.report(ids[i], 0, starts[i], 0.45, random);
        }
        for (int i = 0; i < PART_SESSIONS; i++) {
            records.session(ids[i], "ended", starts[i] + HOUR_MS / 2 + random.nextLong(5 * HOUR_MS / 2), null);
        }
        return new Part(source("sessions"), records.json(), lastMs);
    }

    /**
     * Returns a session of four hours without a break, from nine or from two o'clock in UTC, of a day before the last.
     */
    Part halfDay(int halfDay, int halfDays) {
        SplittableRandom random = new SplittableRandom(halfDay);
        long midnightMs = anchorMs - anchorMs % DAY_MS - (halfDays - halfDay + 1) / 2 * DAY_MS;
        long startMs = midnightMs + HALF_DAY_HOURS[halfDay % 2] * HOUR_MS;
        UUID id = DeterministicIds.of(startMs, "bench-day/" + account + "/" + startMs);
        Records records = new Records(2L * halfDay, (long) HALF_DAY_MINUTES * halfDay);
        records.session(id, "started", startMs, LANGUAGES.getFirst());
        for (int minute = 0; minute < HALF_DAY_MINUTES; minute++) {
            records.report(id, minute, startMs + minute * MINUTE_MS, minute / 60 == 2 ? 0.8 : 0.45, random);
        }
        records.session(id, "ended", startMs + HALF_DAY_MINUTES * MINUTE_MS, null);
        return new Part(source("days"), records.json(), startMs + (HALF_DAY_MINUTES - 1) * MINUTE_MS);
    }

    private UUID source(String kind) {
        return DeterministicIds.of(anchorMs, "bench-" + kind + "/" + account);
    }

    /** Rows of a part. Not thread-safe. */
    private static final class Records {

        private final ArrayNode rows = ApiClient.json().createArrayNode();
        private long event;
        private long report;

        /**
         * @param event number of the first session event of its source
         * @param report number of the first report of its source
         */
        Records(long event, long report) {
            this.event = event;
            this.report = report;
        }

        void session(UUID id, String kind, long atMs, @Nullable String language) {
            String at = Instant.ofEpochMilli(atMs).toString();
            ObjectNode row = row("session_events", event++, id).put("kind", kind);
            row.put("at", at).put("recorded_at", at).put("language", language);
        }

        void report(UUID id, int sequence, long startMs, double mean, SplittableRandom random) {
            ObjectNode row = row("feature_reports", report++, id)
                    .put(
                            "report_id",
                            DeterministicIds.of(startMs, id + "/" + sequence).toString())
                    .put("sequence", sequence)
                    .put("started_at", Instant.ofEpochMilli(startMs).toString())
                    .put(
                            "received_at",
                            Instant.ofEpochMilli(startMs + MINUTE_MS).toString())
                    .put("duration_ms", MINUTE_MS)
                    .put("keystrokes", 60 + random.nextInt(120))
                    .put("errors", random.nextInt(10))
                    .put("context_switches", random.nextInt(10) == 0 ? 1 : 0)
                    .put("files_modified", random.nextInt(2))
                    .put("active_ms", 20_000 + random.nextInt(40_000));
            for (String score : List.of("rhythm", "focus", "consistency", "velocity")) {
                row.put(score, Math.clamp(mean + 0.15 * random.nextGaussian(), 0, 1));
            }
            row.put("error_penalty", Math.clamp(1 - mean + 0.15 * random.nextGaussian(), 0, 1));
        }

        private ObjectNode row(String table, long number, UUID session) {
            return rows.addObject().put("table", table).put("number", number).put("session_id", session.toString());
        }

        String json() {
            return rows.toString();
        }
    }
}
