package dev.mindfulcode.webhooks;

import dev.mindfulcode.webhooks.AddressFilter.ForbiddenAddressException;
import dev.mindfulcode.webhooks.WebhookOutcome.Delivered;
import dev.mindfulcode.webhooks.WebhookOutcome.Failed;
import dev.mindfulcode.webhooks.WebhookOutcome.PermanentFailure;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLException;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufMono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * Makes single attempts to deliver messages, each on its own connection, without redirects and proxies. Of the response
 * only the status is read. Thread-safe.
 */
final class WebhookSender {

    static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(15);

    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(10);
    private static final int CONNECT_TIMEOUT_MS = 5_000;
    private static final int HEADER_BYTES_MAX = 16 * 1024;
    private static final int GONE = 410;

    private final HttpClient http;
    private final Clock clock;

    WebhookSender(PublicAddresses addresses, Clock clock) {
        this(addresses, clock, UnaryOperator.identity());
    }

    /** @param customizer sets further options, such as trusted certificates */
    WebhookSender(PublicAddresses addresses, Clock clock, UnaryOperator<HttpClient> customizer) {
        AddressFilter filter = new AddressFilter(addresses);
        this.clock = clock;
        this.http = customizer.apply(HttpClient.create(ConnectionProvider.newConnection())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
                .doOnChannelInit((_, channel, _) -> channel.pipeline().addFirst("webhook-address-filter", filter))
                .noProxy()
                .followRedirect(false)
                .disableRetry(true)
                .compress(false)
                .httpResponseDecoder(decoder -> decoder.maxHeaderSize(HEADER_BYTES_MAX))
                .responseTimeout(RESPONSE_TIMEOUT));
    }

    /**
     * Emits the outcome; does not fail.
     *
     * @param id of the message, the same for each attempt
     */
    Mono<WebhookOutcome> send(WebhookTarget target, String id, byte[] body) {
        long epochSeconds = clock.instant().getEpochSecond();
        return http.headers(headers -> headers.set("Content-Type", "application/json")
                        .set("User-Agent", "mindful-code-webhooks/1")
                        .set("webhook-id", id)
                        .set("webhook-timestamp", epochSeconds)
                        .set("webhook-signature", WebhookSignature.of(target.secret(), id, epochSeconds, body)))
                .post()
                .uri(target.url())
                .send(ByteBufMono.fromSupplier(() -> Unpooled.wrappedBuffer(body)))
                // The body is not read; the connection is closed.
                .response((response, _) -> Mono.just(outcome(response.status().code())))
                .next()
                .timeout(ATTEMPT_TIMEOUT)
                .onErrorResume(failure -> Mono.just(outcome(failure)))
                .defaultIfEmpty(new Failed("no_answer"));
    }

    private static WebhookOutcome outcome(int status) {
        if (status >= 200 && status < 300) {
            return new Delivered();
        }
        String kind = "status_" + status;
        return status == GONE ? new PermanentFailure(kind) : new Failed(kind);
    }

    /** A forbidden address is retried, too: the name may resolve to another address later. */
    private static WebhookOutcome outcome(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case ForbiddenAddressException _ -> {
                    return new Failed("address_not_allowed");
                }
                case UnknownHostException _ -> {
                    return new Failed("unknown_host");
                }
                case SSLException _ -> {
                    return new Failed("tls");
                }
                case TimeoutException _ -> {
                    return new Failed("timeout");
                }
                case io.netty.handler.timeout.TimeoutException _ -> {
                    return new Failed("timeout");
                }
                case java.net.ConnectException _ -> {
                    return new Failed("connect");
                }
                default -> {
                    // Look at its cause.
                }
            }
        }
        return new Failed("connection");
    }
}
