package dev.mindfulcode.management.tracing;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Destination and share of spans, under the names of the OpenTelemetry specification:
 * OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_TRACES_SAMPLER_ARG.
 *
 * @param exporterOtlpEndpoint base URL of a collector; without one there is no tracing
 * @param tracesSamplerArg share of the requests that are traced, 0 to 1
 */
public record TracingSettings(
        @Nullable String exporterOtlpEndpoint,
        @DefaultValue("0.1") Double tracesSamplerArg) {

    public static final TracingSettings OFF = new TracingSettings(null, 1.0);

    private static final String TRACES_PATH = "/v1/traces";

    /** @throws IllegalArgumentException if a setting is invalid */
    public TracingSettings {
        exporterOtlpEndpoint =
                exporterOtlpEndpoint == null || exporterOtlpEndpoint.isBlank() ? null : exporterOtlpEndpoint.strip();
        if (exporterOtlpEndpoint != null) {
            requireUrl(exporterOtlpEndpoint);
        }
        if (!(tracesSamplerArg >= 0 && tracesSamplerArg <= 1)) {
            throw new IllegalArgumentException(
                    "OTEL_TRACES_SAMPLER_ARG is " + tracesSamplerArg + "; must be between 0 and 1");
        }
    }

    /** The message does not repeat the value, which may contain a password. */
    private static void requireUrl(String endpoint) {
        boolean isUrl;
        try {
            URI uri = URI.create(endpoint);
            isUrl = uri.getHost() != null
                    && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getUserInfo() == null
                    && uri.getQuery() == null;
        } catch (IllegalArgumentException e) {
            isUrl = false;
        }
        if (!isUrl) {
            throw new IllegalArgumentException("OTEL_EXPORTER_OTLP_ENDPOINT is not the base URL of a collector of OTLP"
                    + " over HTTP; set it, for example to http://collector:4318");
        }
    }

    /** Returns where spans are posted, or null without tracing. */
    @Nullable
    String tracesUrl() {
        if (exporterOtlpEndpoint == null) {
            return null;
        }
        return exporterOtlpEndpoint.endsWith("/")
                ? exporterOtlpEndpoint + TRACES_PATH.substring(1)
                : exporterOtlpEndpoint + TRACES_PATH;
    }
}
