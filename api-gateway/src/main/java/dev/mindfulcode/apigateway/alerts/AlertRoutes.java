package dev.mindfulcode.apigateway.alerts;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.limits.RateLimits;
import dev.mindfulcode.flowengine.insight.TeamIndicator;
import dev.mindfulcode.flowengine.time.TimeZones;
import dev.mindfulcode.webhooks.WebhookDelivery;
import dev.mindfulcode.webhooks.WebhookTarget;
import dev.mindfulcode.webhooks.WebhookTargets;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import dev.mindfulcode.webkit.json.Json;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/teams/{id}/alerts}. */
final class AlertRoutes {

    private static final String[] FIELDS = {"indicator", "threshold", "window", "time_zone", "channel", "url"};
    private static final int WORD_LENGTH_MAX = 64;
    private static final String INDICATORS = Arrays.stream(TeamIndicator.Kind.values())
            .map(TeamIndicator.Kind::text)
            .collect(Collectors.joining(", "));
    private static final String WINDOWS =
            Arrays.stream(Lookback.values()).map(Lookback::text).collect(Collectors.joining(", "));

    private final Alerts alerts;
    private final WebhookTargets targets;
    private final WebhookDelivery delivery;
    private final RateLimits limits;

    AlertRoutes(Alerts alerts, WebhookTargets targets, WebhookDelivery delivery, RateLimits limits) {
        this.alerts = alerts;
        this.targets = targets;
        this.delivery = delivery;
        this.limits = limits;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(
                        Endpoint.post("/api/teams/{id}/alerts")
                                .idempotent()
                                .problems(ProblemType.PLAN_NEEDED, ProblemType.LIMIT_REACHED),
                        this::create)
                .add(Endpoint.get("/api/teams/{id}/alerts").problems(ProblemType.PLAN_NEEDED), this::list)
                .add(
                        Endpoint.delete("/api/teams/{id}/alerts/{rule_id}").problems(ProblemType.PLAN_NEEDED),
                        this::delete)
                .add(
                        Endpoint.post("/api/teams/{id}/alerts/{rule_id}/test")
                                .idempotent()
                                .problems(ProblemType.PLAN_NEEDED, ProblemType.INVALID_REQUEST),
                        this::test);
    }

    /** Sends a signed message of the type {@code test} to a rule's webhook, without retries. */
    private Mono<ServerResponse> test(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> {
                    UUID teamId = RequestParameters.pathId(request, "id");
                    UUID ruleId = RequestParameters.pathId(request, "rule_id");
                    return alerts.sealedTarget(caller.userId(), teamId, ruleId)
                            .flatMap(target -> limits.webhookTest(request, teamId)
                                    .then(Mono.defer(() -> {
                                        TestMessage message =
                                                new TestMessage("test", Instant.now(), new TestData(teamId, ruleId));
                                        return delivery.test(target, ruleId, UUID.randomUUID(), Json.bytes(message));
                                    })));
                })
                .flatMap(JsonResponses::ok);
    }

    private Mono<ServerResponse> create(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, FIELDS).flatMap(body -> {
                    TeamIndicator.Kind indicator = indicator(body);
                    WebhookTarget target = target(body);
                    return alerts.create(
                                    caller.userId(),
                                    RequestParameters.pathId(request, "id"),
                                    indicator,
                                    threshold(body, indicator),
                                    window(body),
                                    zone(body),
                                    target)
                            .map(rule -> Rule.of(rule, target));
                }))
                .flatMap(rule ->
                        JsonResponses.json(ServerResponse.status(201).header("Cache-Control", "no-store"), rule));
    }

    private Mono<ServerResponse> list(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> {
                    UUID teamId = RequestParameters.pathId(request, "id");
                    return alerts.rules(caller.userId(), teamId)
                            .flatMap(rules -> alerts.latest(teamId)
                                    .map(latest -> new Listed(
                                            rules.stream()
                                                    .map(rule -> Rule.of(rule, null))
                                                    .toList(),
                                            latest)));
                })
                .flatMap(JsonResponses::ok);
    }

    private Mono<ServerResponse> delete(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> alerts.delete(
                        caller.userId(),
                        RequestParameters.pathId(request, "id"),
                        RequestParameters.pathId(request, "rule_id")))
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    private static TeamIndicator.Kind indicator(JsonFields body) {
        TeamIndicator.Kind indicator = TeamIndicator.Kind.parse(body.requiredText("indicator", WORD_LENGTH_MAX));
        if (indicator == null) {
            throw body.invalid("indicator", "One of these is expected: " + INDICATORS + ".");
        }
        return indicator;
    }

    private static double threshold(JsonFields body, TeamIndicator.Kind indicator) {
        double threshold = body.required(
                "threshold", body.number("threshold", indicator.thresholdMin(), indicator.thresholdMax()));
        if (!indicator.allows(threshold)) {
            throw body.invalid(
                    "threshold",
                    "A multiple of "
                            + BigDecimal.valueOf(indicator.thresholdStep())
                                    .stripTrailingZeros()
                                    .toPlainString() + " is expected.");
        }
        return threshold;
    }

    private static Lookback window(JsonFields body) {
        Lookback window = Lookback.parse(body.requiredText("window", WORD_LENGTH_MAX));
        if (window == null) {
            throw body.invalid("window", "One of these is expected: " + WINDOWS + ".");
        }
        return window;
    }

    private static @Nullable ZoneId zone(JsonFields body) {
        String name = body.text("time_zone", WORD_LENGTH_MAX);
        if (name == null) {
            return null;
        }
        ZoneId zone = TimeZones.find(name);
        if (zone == null) {
            throw body.invalid("time_zone", "Unknown time zone; an IANA name is expected, such as Europe/Berlin.");
        }
        return zone;
    }

    private @Nullable WebhookTarget target(JsonFields body) {
        return switch (body.requiredText("channel", WORD_LENGTH_MAX)) {
            case "live" -> {
                if (body.text("url", WebhookTargets.URL_LENGTH_MAX) != null) {
                    throw body.invalid("url", "An address is expected for the channel webhook only.");
                }
                yield null;
            }
            case "webhook" -> {
                String url = body.requiredText("url", WebhookTargets.URL_LENGTH_MAX);
                try {
                    yield targets.newTarget(url);
                } catch (WebhookTargets.InvalidUrlException e) {
                    throw body.invalid("url", e.reason());
                }
            }
            default -> throw body.invalid("channel", "One of these is expected: live, webhook.");
        };
    }

    /**
     * A rule as the API shows it.
     *
     * @param host null for the channel {@code live}
     * @param url shown only in the response that created the rule
     * @param secret likewise
     */
    private record Rule(
            UUID ruleId,
            String indicator,
            double threshold,
            String window,
            String timeZone,
            String channel,
            @Nullable String host,
            @Nullable String url,
            @Nullable String secret,
            Instant createdAt) {

        static Rule of(AlertRule rule, @Nullable WebhookTarget fresh) {
            return new Rule(
                    rule.ruleId(),
                    rule.indicator().text(),
                    rule.threshold(),
                    rule.window().text(),
                    rule.zone().getId(),
                    rule.channel(),
                    rule.host(),
                    fresh == null ? null : fresh.url(),
                    fresh == null ? null : fresh.secretText(),
                    rule.createdAt());
        }

        @Override
        public String toString() {
            return "Rule[" + ruleId + "]";
        }
    }

    private record TestMessage(String type, Instant timestamp, TestData data) {}

    private record TestData(UUID teamId, UUID ruleId) {}

    private record Listed(List<Rule> rules, List<TeamAlertView> alerts) {}
}
