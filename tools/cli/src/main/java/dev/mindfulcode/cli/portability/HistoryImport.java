package dev.mindfulcode.cli.portability;

import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.cli.http.ApiClient;
import dev.mindfulcode.cli.http.ApiException;
import dev.mindfulcode.cli.http.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.DoubleConsumer;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sends the log of an exported file to another account, part by part in its order, and then sets the account's time
 * zone. May be repeated: what was imported before is skipped.
 */
public final class HistoryImport {

    private static final String PATH = "/api/privacy/import";
    private static final int PART_ROWS_MAX = 500;
    private static final int PART_BYTES_MAX = 768 * 1024;
    private static final int UNAUTHENTICATED = 401;

    private final ApiClient api;
    private final String token;
    private final StringBuilder part = new StringBuilder();
    private int rows;
    private long imported;
    private long skipped;

    /**
     * Numbers of rows by outcome.
     *
     * @param skipped imported before, or meaningless in another account
     */
    public record Result(long imported, long skipped) {}

    public HistoryImport(ApiClient api, String token) {
        this.api = api;
        this.token = token;
    }

    /** @param progress receives the share of the rows that were sent with each part */
    public Result run(Path path, DoubleConsumer progress) throws IOException, InterruptedException {
        ExportFile file = new ExportFile(path);
        ExportFile.Summary summary = file.summary();
        double total = Math.max(1, summary.records());
        file.forEachRecord(row -> {
            String json = row.toString();
            if (rows == PART_ROWS_MAX || part.length() + json.length() > PART_BYTES_MAX) {
                progress.accept(rows / total);
                flush(summary);
            }
            part.append(rows == 0 ? "" : ",").append(json);
            rows++;
        });
        progress.accept(rows / total);
        flush(summary);
        ObjectNode account = ApiClient.json().createObjectNode().put("timezone", summary.timeZone());
        send("PATCH", "/api/account", account.toString());
        return new Result(imported, skipped);
    }

    private void flush(ExportFile.Summary summary) throws InterruptedException {
        if (rows > 0) {
            ApiClient.Response response =
                    send("POST", PATH, "{\"source\":\"" + summary.accountId() + "\",\"records\":[" + part + "]}");
            imported += response.body().path("imported").asLong(0);
            skipped += response.body().path("skipped").asLong(0);
            part.setLength(0);
            rows = 0;
        }
    }

    private ApiClient.Response send(String method, String path, String json) throws InterruptedException {
        ApiClient.Response response;
        try {
            response = api.send(method, path, token, json);
        } catch (ApiException e) {
            throw new UserErrorException(String.valueOf(e.getMessage()), e);
        }
        if (response.isSuccess()) {
            return response;
        }
        Problem problem = response.problem();
        throw new UserErrorException((problem.field() == null ? "" : problem.field() + ": ")
                + problem.detail()
                + (response.status() == UNAUTHENTICATED
                        ? " Set MINDFUL_TOKEN to a new access token and repeat the command: it continues."
                        : ""));
    }
}
