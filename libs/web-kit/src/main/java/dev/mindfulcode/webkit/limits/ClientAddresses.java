package dev.mindfulcode.webkit.limits;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * Finds the client address of a request: the peer's address, unless the peer is a trusted proxy. Then it is the address
 * that {@code X-Forwarded-For} or {@code Forwarded} (RFC 7239) name, read from the right up to the first that is not a
 * trusted proxy; the client may have invented what is left of it. If the two headers disagree neither is used: a proxy
 * sets one of them and passes the other through.
 */
public final class ClientAddresses {

    private static final String X_FORWARDED_FOR = "X-Forwarded-For";
    private static final String FORWARDED = "Forwarded";

    /** A longer list is cut on the left. */
    private static final int HOPS_MAX = 16;

    private final List<CidrBlock> trustedProxies;
    private final List<CidrBlock> exempt;

    private final Consumer<String> untrusted;
    private final AtomicBoolean untrustedSeen = new AtomicBoolean();

    /**
     * @param untrusted called once, with the name of the first forwarding header that comes from an untrusted peer
     */
    public ClientAddresses(List<CidrBlock> trustedProxies, List<CidrBlock> exempt, Consumer<String> untrusted) {
        this.trustedProxies = trustedProxies;
        this.exempt = exempt;
        this.untrusted = untrusted;
    }

    public ClientAddress of(ServerHttpRequest request) {
        InetSocketAddress socket = request.getRemoteAddress();
        InetAddress peer = socket == null ? null : socket.getAddress();
        return of(peer == null ? InetAddress.ofLiteral("0.0.0.0") : peer, request.getHeaders());
    }

    ClientAddress of(InetAddress peer, HttpHeaders headers) {
        List<String> hops = forwardedFor(headers);
        List<String> standard = forwarded(headers);
        if (!isTrusted(peer)) {
            // A client behind an unknown proxy is not exempt, even if the proxy's address is.
            boolean isDirect = hops.isEmpty() && standard.isEmpty();
            if (!isDirect && untrustedSeen.compareAndSet(false, true)) {
                untrusted.accept(hops.isEmpty() ? FORWARDED : X_FORWARDED_FOR);
            }
            return new ClientAddress(peer, isDirect && CidrBlock.anyContains(exempt, peer));
        }
        InetAddress client = hops.isEmpty() ? client(peer, standard) : client(peer, hops);
        if (!hops.isEmpty() && !standard.isEmpty() && !client.equals(client(peer, standard))) {
            return new ClientAddress(peer, false);
        }
        return new ClientAddress(client, CidrBlock.anyContains(exempt, client));
    }

    private InetAddress client(InetAddress peer, List<String> hops) {
        InetAddress client = peer;
        for (int i = hops.size() - 1; i >= 0 && isTrusted(client); i--) {
            InetAddress next = address(hops.get(i));
            if (next == null) {
                return client;
            }
            client = next;
        }
        return client;
    }

    private boolean isTrusted(InetAddress address) {
        return CidrBlock.anyContains(trustedProxies, address);
    }

    private static List<String> forwardedFor(HttpHeaders headers) {
        return elements(headers, X_FORWARDED_FOR);
    }

    /** Returns the {@code for} of each element; "unknown" for an element without one. */
    private static List<String> forwarded(HttpHeaders headers) {
        List<String> hops = new ArrayList<>();
        for (String element : elements(headers, FORWARDED)) {
            String hop = "unknown";
            for (String pair : element.split(";", -1)) {
                String text = pair.strip();
                if (text.toLowerCase(Locale.ROOT).startsWith("for=")) {
                    hop = text.substring("for=".length());
                }
            }
            hops.add(hop);
        }
        return hops;
    }

    /** Returns the last elements of a header over all its lines. A quoted comma splits too, but yields no address. */
    private static List<String> elements(HttpHeaders headers, String name) {
        List<String> elements = new ArrayList<>();
        for (String line : headers.getOrEmpty(name)) {
            for (String element : line.split(",", -1)) {
                if (!element.isBlank()) {
                    elements.add(element.strip());
                }
            }
        }
        return elements.size() <= HOPS_MAX ? elements : elements.subList(elements.size() - HOPS_MAX, elements.size());
    }

    /** Parses {@code 192.0.2.1}, {@code 192.0.2.1:80}, {@code 2001:db8::1}, {@code "[2001:db8::1]:80"}. */
    private static @Nullable InetAddress address(String hop) {
        String text = hop;
        if (text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")) {
            text = text.substring(1, text.length() - 1);
        }
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            return end < 0 ? null : IpAddresses.parse(text.substring(1, end));
        }
        int colon = text.indexOf(':');
        boolean hasPort = colon >= 0 && colon == text.lastIndexOf(':');
        return IpAddresses.parse(hasPort ? text.substring(0, colon) : text);
    }

    /** @param isExempt whether no quota applies to it */
    public record ClientAddress(InetAddress address, boolean isExempt) {

        /** Returns the subject of the address in quotas. */
        public String subject() {
            return IpAddresses.subject(address);
        }

        /** Without the address, which is personal. */
        @Override
        public String toString() {
            return "ClientAddress";
        }
    }
}
