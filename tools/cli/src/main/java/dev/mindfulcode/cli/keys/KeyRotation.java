package dev.mindfulcode.cli.keys;

import dev.mindfulcode.cli.AuthorizedApi;
import dev.mindfulcode.cli.DataFolder;
import dev.mindfulcode.cli.ProgressBar;
import dev.mindfulcode.cli.Secrets;
import dev.mindfulcode.cli.http.ApiClient;
import java.io.PrintWriter;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Seals everything with a system's current key-encryption key, step by step over its API. */
public final class KeyRotation {

    private static final String PATH = "/api/admin/keys";

    private final AuthorizedApi api;

    public KeyRotation(AuthorizedApi api) {
        this.api = api;
    }

    /**
     * The result of a run.
     *
     * @param rewrapped rows that were sealed with the current key
     * @param unchanged rows that had been
     * @param unreadable rows that neither key opens
     */
    public record Result(long rewrapped, long unchanged, long unreadable) {

        public boolean isComplete() {
            return unreadable == 0;
        }

        @Override
        public String toString() {
            return rewrapped + " sealed with the new key, " + unchanged + " before"
                    + (unreadable == 0 ? "" : ", " + unreadable + " sealed with neither key");
        }
    }

    /** Returns whether the system uses the new key of a data folder. */
    public boolean uses(Secrets secrets) {
        return secrets.encryptionKeyId().equals(api.get(PATH).path("key_id").asString());
    }

    /** Runs to the end. A run that is killed is continued by another, which skips what is done. */
    public Result run(PrintWriter out) {
        long rows = api.get(PATH).path("rows").asLong();
        AtomicLong rewrapped = new AtomicLong();
        AtomicLong unchanged = new AtomicLong();
        AtomicLong unreadable = new AtomicLong();
        try (ProgressBar bar = new ProgressBar(
                out,
                ProgressBar.isTerminal(),
                rows,
                () -> new Result(rewrapped.get(), unchanged.get(), unreadable.get()).toString())) {
            ObjectNode request = ApiClient.json().createObjectNode();
            JsonNode step;
            do {
                step = api.post(PATH + "/rotate", request);
                rewrapped.addAndGet(step.path("rewrapped").asLong());
                unchanged.addAndGet(step.path("unchanged").asLong());
                unreadable.addAndGet(step.path("unreadable").asLong());
                bar.advance(step.path("rewrapped").asLong()
                        + step.path("unchanged").asLong()
                        + step.path("unreadable").asLong());
                request.put("cursor", step.path("cursor").asString());
            } while (step.has("cursor"));
        }
        return new Result(rewrapped.get(), unchanged.get(), unreadable.get());
    }

    /** As {@link #run}, and then destroys the previous key of the folder on which the system runs. */
    public Result finish(DataFolder folder, PrintWriter out) {
        Result result = run(out);
        if (result.isComplete()) {
            Secrets.endRotation(folder.secretsFile());
        }
        return result;
    }
}
