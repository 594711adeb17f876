package dev.mindfulcode.quickstart;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/** A collector of OTLP over HTTP. It reads the fields of the Protocol Buffers message that tests are about. */
final class TraceReceiver implements AutoCloseable {

    private static final HexFormat HEX = HexFormat.of();

    private final HttpServer server;
    private final List<Span> spans = new CopyOnWriteArrayList<>();
    private final List<String> attributes = new CopyOnWriteArrayList<>();

    /** @param parent empty for the first span of a trace */
    record Span(String service, String name, String trace, String id, String parent) {}

    private TraceReceiver(HttpServer server) {
        this.server = server;
    }

    static TraceReceiver start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        TraceReceiver receiver = new TraceReceiver(server);
        server.createContext("/v1/traces", exchange -> {
            receiver.read(ByteBuffer.wrap(exchange.getRequestBody().readAllBytes()));
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return receiver;
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<Span> spans() {
        return List.copyOf(spans);
    }

    /** Returns the text values of all attributes of spans. */
    List<String> attributes() {
        return List.copyOf(attributes);
    }

    /** ExportTraceServiceRequest: resource_spans = 1. */
    private void read(ByteBuffer request) {
        fields(request, (field, resourceSpans) -> {
            StringBuilder service = new StringBuilder();
            // resource = 1, whose attributes = 1; scope_spans = 2, whose spans = 2.
            fields(resourceSpans.duplicate(), (part, value) -> {
                if (part == 1) {
                    fields(value, (_, attribute) -> {
                        String[] pair = attribute(attribute);
                        service.append(pair[0].equals("service.name") ? pair[1] : "");
                    });
                }
            });
            fields(resourceSpans, (part, scopeSpans) -> {
                if (part == 2) {
                    fields(scopeSpans, (inner, span) -> {
                        if (inner == 2) {
                            spans.add(span(service.toString(), span));
                        }
                    });
                }
            });
        });
    }

    /** Span: trace_id = 1, span_id = 2, parent_span_id = 4, name = 5, attributes = 9. */
    private Span span(String service, ByteBuffer message) {
        String[] found = {"", "", "", ""};
        fields(message, (field, value) -> {
            switch (field) {
                case 1 -> found[0] = HEX.formatHex(bytes(value));
                case 2 -> found[1] = HEX.formatHex(bytes(value));
                case 4 -> found[2] = HEX.formatHex(bytes(value));
                case 5 -> found[3] = text(value);
                case 9 -> attributes.add(attribute(value)[1]);
                default -> {}
            }
        });
        return new Span(service, found[3], found[0], found[1], found[2]);
    }

    /** KeyValue: key = 1, value = 2, of which string_value = 1. */
    private static String[] attribute(ByteBuffer message) {
        String[] pair = {"", ""};
        fields(message, (field, value) -> {
            if (field == 1) {
                pair[0] = text(value);
            } else {
                fields(value, (_, inner) -> pair[1] = text(inner));
            }
        });
        return pair;
    }

    /** Passes on the fields with a length; skips numbers. */
    private static void fields(ByteBuffer message, BiConsumer<Integer, ByteBuffer> each) {
        while (message.hasRemaining()) {
            long tag = varint(message);
            switch ((int) (tag & 7)) {
                case 0 -> varint(message);
                case 1 -> message.position(message.position() + 8);
                case 2 -> {
                    int length = (int) varint(message);
                    each.accept((int) (tag >>> 3), message.slice(message.position(), length));
                    message.position(message.position() + length);
                }
                case 5 -> message.position(message.position() + 4);
                default -> throw new IllegalStateException("Wire type " + (tag & 7));
            }
        }
    }

    private static long varint(ByteBuffer message) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = message.get();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static byte[] bytes(ByteBuffer value) {
        byte[] bytes = new byte[value.remaining()];
        value.get(bytes);
        return bytes;
    }

    private static String text(ByteBuffer value) {
        return new String(bytes(value), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
