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
 * A request's head, held against RFC 9112 and brought into the one form that the server behind it knows: HTTP/1.1,
 * origin-form, persistent.
 *
 * @param isOld whether the client speaks HTTP/1.0, which has neither chunks nor interim answers nor upgrades
 * @param keepAlive whether the client wants the connection to persist after the answer
 */
record RequestHead(boolean isOld, boolean keepAlive) {

    static final Set<HttpMethod> METHODS = Set.of(
            HttpMethod.GET,
            HttpMethod.HEAD,
            HttpMethod.POST,
            HttpMethod.PUT,
            HttpMethod.PATCH,
            HttpMethod.DELETE,
            HttpMethod.OPTIONS);

    /** RFC 3986, sections 3.2.2 and 3.2.3; a host may be empty where a target has none. */
    private static final Pattern HOST =
            Pattern.compile("(?:\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9\\-._~!$&'()*+,;=%]*)(?::[0-9]{0,5})?");

    private static final Pattern ABSOLUTE = Pattern.compile("(?i)https?://([^/?#]+)(.*)");
    private static final String CHUNKED = "chunked";

    /** A request that is answered before any route is looked for. */
    record Refusal(HttpResponseStatus status, String detail) {}

    /** Returns why a request is not served, or null. */
    static @Nullable Refusal refusal(HttpRequest request) {
        if (request.protocolVersion().majorVersion() != 1) {
            return new Refusal(HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, "HTTP/1.1 is served here.");
        }
        if (!METHODS.contains(request.method())) {
            return new Refusal(HttpResponseStatus.NOT_IMPLEMENTED, "The method is not implemented.");
        }
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        if (hosts.size() > 1 || (hosts.isEmpty() && !isOld(request))) {
            return new Refusal(HttpResponseStatus.BAD_REQUEST, "One Host field is expected.");
        }
        if (!hosts.isEmpty() && !HOST.matcher(hosts.getFirst()).matches()) {
            return new Refusal(HttpResponseStatus.BAD_REQUEST, "The Host field is not a host and port.");
        }
        List<String> codings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (!codings.isEmpty() && !(codings.size() == 1 && codings.getFirst().equalsIgnoreCase(CHUNKED))) {
            return new Refusal(HttpResponseStatus.NOT_IMPLEMENTED, "The transfer coding chunked is expected.");
        }
        return target(request);
    }

    private static @Nullable Refusal target(HttpRequest request) {
        String target = request.uri();
        if (target.startsWith("/") || isAboutServer(request)) {
            return null;
        }
        var absolute = ABSOLUTE.matcher(target);
        return absolute.matches() && HOST.matcher(absolute.group(1)).matches()
                ? null
                : new Refusal(
                        HttpResponseStatus.BAD_REQUEST, "The request target is neither a path nor a URL of http.");
    }

    /** Whether a request asks about the server as a whole and not about a resource. */
    static boolean isAboutServer(HttpRequest request) {
        return request.uri().equals("*") && request.method().equals(HttpMethod.OPTIONS);
    }

    /** Rewrites a request that is not refused. */
    static RequestHead normalize(HttpRequest request) {
        HttpHeaders headers = request.headers();
        boolean isOld = isOld(request);
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        if (isOld) {
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
            // A port may be empty, which the server behind takes for a mistake.
            headers.set(HttpHeaderNames.HOST, host.substring(0, host.length() - 1));
        }
        request.setProtocolVersion(HttpVersion.HTTP_1_1);
        return new RequestHead(isOld, keepAlive);
    }

    /** The target's host counts, and not the one of the Host field. */
    private static void toOriginForm(HttpRequest request) {
        var absolute = ABSOLUTE.matcher(request.uri());
        if (absolute.matches()) {
            String rest = absolute.group(2);
            request.headers().set(HttpHeaderNames.HOST, absolute.group(1));
            request.setUri(rest.startsWith("/") ? rest : "/" + rest);
        }
    }

    private static boolean isOld(HttpRequest request) {
        return request.protocolVersion().minorVersion() == 0;
    }
}
