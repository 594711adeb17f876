package dev.mindfulcode.cli.portability;

import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.cli.http.ApiClient;
import dev.mindfulcode.cli.http.ApiException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.zip.ZipFile;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Downloads an export into a file that only its owner can read, and that appears only when it is complete. */
public final class ExportDownload {

    private static final String PATH = "/api/privacy/export";
    private static final String LAST_MEMBER = "\"complete\":true}";
    private static final String MANIFEST = "export.json";
    private static final Duration POLL_INTERVAL = Duration.ofSeconds(1);

    private final ApiClient api;
    private final String token;

    /** A file format. */
    public enum Format {
        JSON,
        CSV;

        private String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public ExportDownload(ApiClient api, String token) {
        this.api = api;
        this.token = token;
    }

    /**
     * Downloads the file.
     *
     * @param hasMark whether CSV files begin with a byte order mark
     * @param progress receives the progress of the server now and then, as the API shows it
     */
    public void download(Format format, boolean hasMark, Path file, Consumer<JsonNode> progress)
            throws IOException, InterruptedException {
        Path target = file.toAbsolutePath();
        Path part =
                Files.createTempFile(target.getParent(), target.getFileName().toString(), ".part");
        try {
            String query = "?format=" + format.text() + (hasMark ? "&bom=true" : "");
            HttpRequest request = HttpRequest.newBuilder(api.origin().resolve(PATH + query))
                    .header("Authorization", "Bearer " + token)
                    .build();
            HttpResponse<InputStream> response = api.http().send(request, BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                if (response.statusCode() != 200) {
                    throw refused(response.statusCode(), body);
                }
                String id = response.headers().firstValue("X-Export-Id").orElse("");
                Thread poll = Thread.ofVirtual().start(() -> poll(id, progress));
                try {
                    Files.copy(body, part, StandardCopyOption.REPLACE_EXISTING);
                } finally {
                    poll.interrupt();
                    poll.join();
                }
            }
            requireComplete(format, part);
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static UserErrorException refused(int status, InputStream body) throws IOException {
        String detail;
        try {
            detail = ApiClient.json()
                    .readTree(body.readAllBytes())
                    .path("detail")
                    .asString("");
        } catch (JacksonException e) {
            detail = "";
        }
        return new UserErrorException(detail.isEmpty() ? "GET " + PATH + " failed: status " + status : detail);
    }

    private void poll(String id, Consumer<JsonNode> progress) {
        try {
            while (true) {
                Thread.sleep(POLL_INTERVAL);
                ApiClient.Response response = api.get(PATH + "/" + id, token);
                if (response.isSuccess()) {
                    progress.accept(response.body());
                }
            }
        } catch (InterruptedException | ApiException e) {
            // The download has ended, or says itself what is wrong.
        }
    }

    private static void requireComplete(Format format, Path file) throws IOException {
        boolean isComplete = switch (format) {
            case JSON -> tail(file).strip().endsWith(LAST_MEMBER);
            case CSV -> {
                try (ZipFile zip = new ZipFile(file.toFile())) {
                    yield zip.getEntry(MANIFEST) != null;
                }
            }
        };
        if (!isComplete) {
            throw new IOException("The export ended before it was complete");
        }
    }

    private static String tail(Path file) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
            byte[] last = new byte[(int) Math.min(bytes.length(), 2L * LAST_MEMBER.length())];
            bytes.seek(bytes.length() - last.length);
            bytes.readFully(last);
            return new String(last, StandardCharsets.UTF_8);
        }
    }
}
