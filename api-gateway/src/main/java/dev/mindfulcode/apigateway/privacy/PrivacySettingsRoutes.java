package dev.mindfulcode.apigateway.privacy;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mindfulcode.apigateway.collection.SettingsHistory;
import dev.mindfulcode.apigateway.collection.SettingsHistory.StoredChange;
import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/privacy/settings}. */
final class PrivacySettingsRoutes {

    /** Two full lists of names in any script. */
    private static final int BODY_BYTES_MAX = 256 * 1024;

    private static final int PAGE_SIZE_DEFAULT = 50;
    private static final int PAGE_SIZE_MAX = 200;

    private final PrivacySettings settings;
    private final SettingsHistory history;

    PrivacySettingsRoutes(PrivacySettings settings, SettingsHistory history) {
        this.settings = settings;
        this.history = history;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(Endpoint.get("/api/privacy/settings"), this::read)
                .add(Endpoint.put("/api/privacy/settings"), this::change)
                .add(Endpoint.get("/api/privacy/settings/history"), this::history);
    }

    private Mono<ServerResponse> read(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> settings.read(caller.userId()))
                .flatMap(PrivacySettingsRoutes::personal);
    }

    private Mono<ServerResponse> change(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.large(
                                request,
                                BODY_BYTES_MAX,
                                SettingsUpdate.FIELDS[0],
                                Arrays.copyOfRange(SettingsUpdate.FIELDS, 1, SettingsUpdate.FIELDS.length))
                        .flatMap(body -> settings.change(caller.userId(), SettingsUpdate.read(body))))
                .flatMap(PrivacySettingsRoutes::personal);
    }

    private Mono<ServerResponse> history(ServerRequest request) {
        return Caller.of(request).flatMap(caller -> {
            int limit = RequestParameters.integer(request, "limit", PAGE_SIZE_DEFAULT, 1, PAGE_SIZE_MAX);
            return history.page(caller.userId(), cursor(request), limit + 1)
                    .flatMap(page -> personal(HistoryPage.of(page, limit)));
        });
    }

    private static Mono<ServerResponse> personal(Object value) {
        return JsonResponses.json(ServerResponse.ok().header("Cache-Control", "no-store"), value);
    }

    /** Returns the id of the last change of the previous page. */
    private static long cursor(ServerRequest request) {
        String text = RequestParameters.text(request, "cursor");
        if (text == null) {
            return Long.MAX_VALUE;
        }
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(text);
            if (bytes.length == Long.BYTES) {
                return ByteBuffer.wrap(bytes).getLong();
            }
        } catch (IllegalArgumentException e) {
            // Not a cursor either.
        }
        throw ProblemType.INVALID_REQUEST.forField("cursor", "Send next_cursor of the previous page.");
    }

    /** @param nextCursor null on the last page */
    private record HistoryPage(
            List<Map<String, @Nullable Object>> changes,

            @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable
            String nextCursor) {

        /** @param page one more than the limit if there is a next page */
        static HistoryPage of(List<StoredChange> page, int limit) {
            List<StoredChange> shown = page.size() <= limit ? page : page.subList(0, limit);
            List<Map<String, @Nullable Object>> changes = new ArrayList<>();
            for (StoredChange change : shown) {
                Map<String, @Nullable Object> members = new LinkedHashMap<>();
                members.put("changed_at", change.changedAt().toString());
                members.putAll(change.members());
                changes.add(members);
            }
            return new HistoryPage(
                    changes,
                    page.size() <= limit ? null : cursorAfter(shown.getLast().id()));
        }

        private static String cursorAfter(long id) {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(ByteBuffer.allocate(Long.BYTES).putLong(id).array());
        }
    }
}
