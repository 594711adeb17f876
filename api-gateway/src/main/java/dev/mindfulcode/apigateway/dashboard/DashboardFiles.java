package dev.mindfulcode.apigateway.dashboard;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.http.MediaType;
import org.springframework.http.MediaTypeFactory;

/**
 * The files of the dashboard, in memory. All but the page have addresses that contain a hash of all of them, such as
 * {@code assets/3f2a90c1d7e4/js/main.js}, so that browsers need not ask for them again.
 */
final class DashboardFiles {

    /** Gzip saves nothing worth its header below. */
    private static final int GZIP_BYTES_MIN = 1_000;

    private static final int HASH_CHARS = 12;
    private static final String FOLDER = "static/";
    private static final String PAGE = "index.html";

    /** In the page: the path from its address to the root of the site, {@code ./} or {@code ../}. */
    private static final String ROOT = "{root}";

    private static final String BUILD = "{build}";
    private static final String MODULES = "{modules}";

    /** Modules of views that are loaded when they are shown. */
    private static final String LATER = "js/views/";

    private final String build;
    private final String page;
    private final Map<String, DashboardFile> assets;

    /** @param files the content of each file by its path, such as {@code js/main.js}; with the page */
    DashboardFiles(SortedMap<String, byte[]> files) {
        MessageDigest digest = sha256();
        files.forEach((path, content) -> {
            digest.update(path.getBytes(StandardCharsets.UTF_8));
            digest.update(content);
        });
        build = HexFormat.of().formatHex(digest.digest()).substring(0, HASH_CHARS);
        page = new String(files.get(PAGE), StandardCharsets.UTF_8)
                .replace(MODULES, preloads(files))
                .replace(BUILD, build);
        assets = files.entrySet().stream()
                .filter(file -> !file.getKey().equals(PAGE))
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, file -> file(typeOf(file.getKey()), file.getValue())));
    }

    static DashboardFiles load() {
        PathMatchingResourcePatternResolver resolver =
                new PathMatchingResourcePatternResolver(DashboardFiles.class.getClassLoader());
        SortedMap<String, byte[]> files = new TreeMap<>();
        try {
            for (Resource resource : resolver.getResources("classpath:" + FOLDER + "**")) {
                String address = resource.getURL().toString();
                if (!address.endsWith("/")) {
                    files.put(
                            address.substring(address.lastIndexOf("/" + FOLDER) + FOLDER.length() + 1),
                            resource.getContentAsByteArray());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new DashboardFiles(files);
    }

    String build() {
        return build;
    }

    /** Returns the page for an address, whose references are relative so that a proxy may serve it below a path. */
    DashboardFile page(String path) {
        long depth = path.chars().filter(c -> c == '/').count() - 1;
        String root = depth <= 0 ? "./" : "../".repeat(Math.toIntExact(depth));
        return file(MediaType.TEXT_HTML, page.replace(ROOT, root).getBytes(StandardCharsets.UTF_8));
    }

    @Nullable
    DashboardFile asset(String path) {
        return assets.get(path);
    }

    /** Returns how much a first visit downloads. */
    int sizeBytes() {
        return page("/").sizeBytes()
                + assets.entrySet().stream()
                        .filter(asset -> !asset.getKey().startsWith(LATER))
                        .mapToInt(asset -> asset.getValue().sizeBytes())
                        .sum();
    }

    /** Without these a browser learns of a module only from the one that imports it. */
    private static String preloads(SortedMap<String, byte[]> files) {
        return files.keySet().stream()
                .filter(path -> path.endsWith(".js") && !path.startsWith(LATER))
                .map(path -> "<link rel=\"modulepreload\" href=\"" + ROOT + "assets/" + BUILD + "/" + path + "\">")
                .collect(Collectors.joining("\n  "));
    }

    private static DashboardFile file(MediaType type, byte[] content) {
        byte[] gzip = content.length > GZIP_BYTES_MIN && isText(type) ? gzip(content) : null;
        String etag = HexFormat.of().formatHex(sha256().digest(content)).substring(0, HASH_CHARS);
        return new DashboardFile(type, content, gzip, etag);
    }

    private static boolean isText(MediaType type) {
        return type.getType().equals("text")
                || type.getSubtype().equals("javascript")
                || type.getSubtype().endsWith("xml");
    }

    private static MediaType typeOf(String path) {
        return MediaTypeFactory.getMediaType(path).orElse(MediaType.APPLICATION_OCTET_STREAM);
    }

    private static byte[] gzip(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
