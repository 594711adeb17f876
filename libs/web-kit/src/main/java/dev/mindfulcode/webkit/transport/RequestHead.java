package dev.mindfulcode.webkit.transport;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request's head, validated by RFC 9112 and normalized to the form that the server expects: HTTP/1.1, origin-form,
 * persistent.
 *
 * @param isHttp10 whether the client uses HTTP/1.0, which has neither chunks nor interim responses nor upgrades
 * @param keepAlive whether the client wants to reuse the connection
 */
record RequestHead(boolean isHttp10, boolean keepAlive) {

    static final Set<HttpMethod> METHODS = Set.of(
            HttpMethod.GET,
            HttpMethod.HEAD,
            HttpMethod.POST,
            HttpMethod.PUT,
            HttpMethod.PATCH,
            HttpMethod.DELETE,
            HttpMethod.OPTIONS);

    /** RFC 3986, sections 3.2.2 and 3.2.3; the host may be empty. */
    private static final Pattern HOST =
            Pattern.compile("(?:\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9\\-._~!$&'()*+,;=%]*)(?::[0-9]{0,5})?");

    private static final Pattern ABSOLUTE = Pattern.compile("(?i)https?://([^/?#]+)(.*)");
    private static final String CHUNKED = "chunked";

    /** The response to an invalid request. */
    record Rejection(HttpResponseStatus status, String detail) {}

    /** Returns why a request is invalid, or null. */
    static @Nullable Rejection rejection(HttpRequest request) {
        if (request.protocolVersion().majorVersion() != 1) {
            return new Rejection(HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, "The HTTP version must be 1.0 or 1.1.");
        }
        if (!METHODS.contains(request.method())) {
            return new Rejection(HttpResponseStatus.NOT_IMPLEMENTED, "The method is not supported.");
        }
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        if (hosts.size() > 1 || (hosts.isEmpty() && !isHttp10(request))) {
            return new Rejection(HttpResponseStatus.BAD_REQUEST, "There must be exactly one Host field.");
        }
        if (!hosts.isEmpty() && !HOST.matcher(hosts.getFirst()).matches()) {
            return new Rejection(HttpResponseStatus.BAD_REQUEST, "The Host field must be a host and an optional port.");
        }
        List<String> codings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (!codings.isEmpty() && !(codings.size() == 1 && codings.getFirst().equalsIgnoreCase(CHUNKED))) {
            return new Rejection(HttpResponseStatus.NOT_IMPLEMENTED, "The only supported transfer coding is chunked.");
        }
        return target(request);
    }

    private static @Nullable Rejection target(HttpRequest request) {
        String target = request.uri();
        if (target.startsWith("/") || isServerOptions(request)) {
            return null;
        }
        var absolute = ABSOLUTE.matcher(target);
        return absolute.matches() && HOST.matcher(absolute.group(1)).matches()
                ? null
                : new Rejection(HttpResponseStatus.BAD_REQUEST, "The request target must be a path or an http URL.");
    }

    /** Returns whether a request is {@code OPTIONS *}, about the server as a whole. */
    static boolean isServerOptions(HttpRequest request) {
        return request.uri().equals("*") && request.method().equals(HttpMethod.OPTIONS);
    }

    /** Normalizes a valid request. */
    static RequestHead normalize(HttpRequest request) {
        HttpHeaders headers = request.headers();
        boolean isHttp10 = isHttp10(request);
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        if (isHttp10) {
            headers.remove(HttpHeaderNames.EXPECT);
            headers.remove(HttpHeaderNames.UPGRADE);
        }
        if (!headers.contains(HttpHeaderNames.UPGRADE)) {
            headers.remove(HttpHeaderNames.CONNECTION);
        }
        if (!request.uri().startsWith("/")) {
            toOriginForm(request);
        }
        String host = headers.get(HttpHeaderNames.HOST, "");
        if (host.endsWith(":")) {
            // RFC 3986 allows an empty port; the server does not.
            headers.set(HttpHeaderNames.HOST, host.substring(0, host.length() - 1));
        }
        request.setProtocolVersion(HttpVersion.HTTP_1_1);
        return new RequestHead(isHttp10, keepAlive);
    }

    /** The target's host overrides the Host field. */
    private static void toOriginForm(HttpRequest request) {
        var absolute = ABSOLUTE.matcher(request.uri());
        if (absolute.matches()) {
            String rest = absolute.group(2);
            request.headers().set(HttpHeaderNames.HOST, absolute.group(1));
            request.setUri(rest.startsWith("/") ? rest : "/" + rest);
        }
    }

    private static boolean isHttp10(HttpRequest request) {
        return request.protocolVersion().minorVersion() == 0;
    }
}
