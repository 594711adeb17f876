package dev.mindfulcode.apigateway.graphql;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.socket.CloseStatus;

/** The two WebSocket subprotocols of GraphQL. */
enum SocketProtocol {
    /** Used by the library graphql-ws, and so by urql and Apollo Client. */
    TRANSPORT_WS("graphql-transport-ws", "subscribe", "complete", "next", new CloseStatus(4403, "Forbidden")),

    /** Used by the unmaintained library subscriptions-transport-ws. */
    LEGACY(
            "graphql-ws",
            "start",
            "stop",
            "data",
            // That library closes after connection_error.
            CloseStatus.SERVER_ERROR.withReason("Forbidden"));

    /** The names, in order of preference. */
    static final List<String> NAMES =
            Arrays.stream(values()).map(protocol -> protocol.text).toList();

    private final String text;
    private final String subscribe;
    private final String stop;
    private final String result;
    private final CloseStatus refused;

    SocketProtocol(String text, String subscribe, String stop, String result, CloseStatus refused) {
        this.text = text;
        this.subscribe = subscribe;
        this.stop = stop;
        this.result = result;
        this.refused = refused;
    }

    static @Nullable SocketProtocol named(@Nullable String text) {
        return Arrays.stream(values())
                .filter(protocol -> protocol.text.equals(text))
                .findFirst()
                .orElse(null);
    }

    /** Returns the command of a message type. */
    Command command(String type) {
        if (type.equals(subscribe)) {
            return Command.SUBSCRIBE;
        }
        if (type.equals(stop)) {
            return Command.STOP;
        }
        return switch (type) {
            case "connection_init" -> Command.INIT;
            case "ping" -> this == TRANSPORT_WS ? Command.PING : Command.UNKNOWN;
            case "pong" -> this == TRANSPORT_WS ? Command.PONG : Command.UNKNOWN;
            case "connection_terminate" -> this == LEGACY ? Command.TERMINATE : Command.UNKNOWN;
            default -> Command.UNKNOWN;
        };
    }

    /** Returns the status for a credential that is rejected or has expired. */
    CloseStatus refused() {
        return refused;
    }

    Map<String, Object> next(String id, Object payload) {
        return message(result, id, payload);
    }

    /** @param errors at least one */
    Map<String, Object> error(@Nullable String id, List<Map<String, Object>> errors) {
        if (this == TRANSPORT_WS) {
            return message("error", id, errors);
        }
        // The protocol has one error; clients read all if present.
        Map<String, Object> payload = new LinkedHashMap<>(errors.getFirst());
        payload.put("errors", errors);
        return message("error", id, payload);
    }

    static Map<String, Object> message(String type, @Nullable String id, @Nullable Object payload) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("type", type);
        if (id != null) {
            message.put("id", id);
        }
        if (payload != null) {
            message.put("payload", payload);
        }
        return message;
    }

    enum Command {
        INIT,
        PING,
        PONG,
        SUBSCRIBE,
        STOP,
        TERMINATE,
        UNKNOWN
    }
}
