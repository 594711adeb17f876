package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.flow.TimeRangeQueries.TimeRange;
import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.sessions.Breakdown.By;
import dev.mindfulcode.apigateway.sessions.Breakdown.Part;
import dev.mindfulcode.dataprotection.SealedText;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import dev.mindfulcode.webkit.problems.ProblemType;
import io.r2dbc.spi.Readable;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/flow/breakdown}. */
final class BreakdownRoutes {

    static final Duration RANGE_MAX = Duration.ofDays(366);

    private static final String MINUTES = """
            SELECT session_id, sum(active_ms)::bigint AS active_ms, sum(flow_ms)::bigint AS flow_ms,
                   sum(keystrokes)::bigint AS keystrokes
            FROM readmodel.flow_minutes WHERE user_id = :user AND minute >= :from AND minute < :to
            GROUP BY session_id""";

    /** One row per session, as equal names are encrypted differently. */
    private static final String BY_SESSION = """
            SELECT s.%s AS name, m.active_ms, m.flow_ms, m.keystrokes
            FROM (%s) m
                 LEFT JOIN readmodel.coding_sessions s ON s.session_id = m.session_id AND s.user_id = :user""";

    /**
     * A minute counts for the language at its start; a session's first language includes earlier minutes. A correction
     * replaces all earlier languages.
     */
    private static final String BY_LANGUAGE = """
            WITH typed AS MATERIALIZED (
                SELECT session_id, minute, active_ms, flow_ms, keystrokes
                FROM readmodel.flow_minutes WHERE user_id = :user AND minute >= :from AND minute < :to
            ), events AS (
                SELECT l.session_id, l.event_offset, l.kind, l.set_at, l.language,
                       min(l.event_offset) FILTER (WHERE l.kind = 'started') OVER w AS start_offset,
                       max(l.event_offset) FILTER (WHERE l.kind = 'corrected') OVER w AS correction_offset
                FROM (SELECT DISTINCT session_id FROM typed) t
                     JOIN readmodel.session_languages l ON l.session_id = t.session_id AND l.user_id = :user
                WINDOW w AS (PARTITION BY l.session_id)
            ), spans AS (
                SELECT session_id, language, set_at, row_number() OVER w AS place, lead(set_at) OVER w AS until
                FROM events
                WHERE language IS NOT NULL AND (kind <> 'started' OR event_offset = start_offset)
                      AND event_offset >= coalesce(correction_offset, 0)
                WINDOW w AS (PARTITION BY session_id ORDER BY event_offset)
            )
            SELECT s.language AS name, sum(t.active_ms)::bigint AS active_ms, sum(t.flow_ms)::bigint AS flow_ms,
                   sum(t.keystrokes)::bigint AS keystrokes
            FROM typed t
                 LEFT JOIN spans s ON s.session_id = t.session_id AND (s.place = 1 OR t.minute >= s.set_at)
                     AND (s.until IS NULL OR t.minute < s.until)
            GROUP BY s.language
            ORDER BY 2 DESC""";

    private final Database database;
    private final AsyncUserCiphers ciphers;
    private final Clock clock;

    BreakdownRoutes(Database database, AsyncUserCiphers ciphers, Clock clock) {
        this.database = database;
        this.ciphers = ciphers;
        this.clock = clock;
    }

    void addTo(Endpoints endpoints) {
        endpoints.add(
                Endpoint.get("/api/flow/breakdown")
                        .access(Access.USER_OR_READ_KEY)
                        .readAfter(),
                this::breakdown);
    }

    private Mono<ServerResponse> breakdown(ServerRequest request) {
        By by = by(request);
        TimeRange range = TimeRange.of(
                RequestParameters.time(request, "from"),
                RequestParameters.time(request, "to"),
                RANGE_MAX,
                clock.instant());
        return Caller.orApiKey(request)
                .flatMap(caller -> parts(caller.userId(), by, range))
                .flatMap(parts -> JsonResponses.ok(Breakdown.of(by, range.from(), range.to(), parts)));
    }

    private Mono<List<Part>> parts(UUID userId, By by, TimeRange range) {
        return switch (by) {
            case LANGUAGE -> rows(BY_LANGUAGE, userId, range, row -> row.get("name", String.class));
            case PROJECT, EDITOR -> {
                SealedText text = by == By.PROJECT ? SealedText.PROJECT : SealedText.EDITOR;
                String sql = BY_SESSION.formatted(by.text(), MINUTES);
                // A user without a key was erased.
                yield ciphers.find(userId)
                        .flatMap(cipher -> rows(sql, userId, range, row -> name(row, text, cipher)))
                        .defaultIfEmpty(List.of());
            }
        };
    }

    private Mono<List<Part>> rows(String sql, UUID userId, TimeRange range, Name name) {
        return database.sql(sql)
                .bind("user", userId)
                .bind("from", range.from())
                .bind("to", range.to())
                .map(row -> new Part(
                        name.of(row),
                        row.get("active_ms", Long.class) / 1e3,
                        row.get("flow_ms", Long.class) / 1e3,
                        row.get("keystrokes", Long.class)))
                .all()
                .collectList();
    }

    private static @Nullable String name(Readable row, SealedText text, UserCipher cipher) {
        byte[] sealed = row.get("name", byte[].class);
        return sealed == null ? null : SessionQueries.open(sealed, text, cipher);
    }

    private static By by(ServerRequest request) {
        String text = RequestParameters.text(request, "by");
        if (text == null) {
            return By.PROJECT;
        }
        return Arrays.stream(By.values())
                .filter(by -> by.text().equals(text))
                .findFirst()
                .orElseThrow(() -> ProblemType.INVALID_REQUEST.forField("by", "Must be project, language or editor."));
    }

    private interface Name {
        @Nullable
        String of(Readable row);
    }
}
