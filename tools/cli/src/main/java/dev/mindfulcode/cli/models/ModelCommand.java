package dev.mindfulcode.cli.models;

import dev.mindfulcode.cli.AuthorizedApi;
import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.ConnectionOptions;
import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.cli.http.ApiClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code mindful model publish|list|use|evaluate}: the models of a running system. */
@Command(
        name = "model",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description =
                "Publishes trained models to a running system and chooses the one in use. Requires OPERATOR_TOKEN.")
public final class ModelCommand extends CliCommand implements Runnable {

    private static final String MODELS = "/api/admin/models";

    /** The gateway's limit. */
    private static final long FILE_BYTES_MAX = 64 << 10;

    @Override
    public void run() {
        throw invalid("Missing command: publish, list, use or evaluate.");
    }

    @Command(
            name = "publish",
            mixinStandardHelpOptions = true,
            description = "Adds a model that ./mindful train wrote. It is not used before ./mindful model use.")
    void publish(
            @Parameters(paramLabel = "FILE", description = "A model artefact, such as network-2.mflm.") Path file,
            @Mixin ConnectionOptions connection,
            @Option(
                            names = "--auroc",
                            paramLabel = "X",
                            description =
                                    "Area under the ROC curve on held-out people; requires --ece and --evaluated-on.")
                    @Nullable
                    Double auroc,
            @Option(names = "--ece", paramLabel = "X", description = "Calibration error on the same people.") @Nullable
                    Double ece,
            @Option(names = "--evaluated-on", paramLabel = "TEXT", description = "Name of the evaluation data.")
                    @Nullable
                    String evaluatedOn) {
        ObjectNode upload = ApiClient.json()
                .createObjectNode()
                .put("artefact", Base64.getEncoder().encodeToString(bytes(file)));
        if (auroc != null || ece != null || evaluatedOn != null) {
            if (auroc == null || ece == null || evaluatedOn == null) {
                throw invalid("--auroc, --ece and --evaluated-on must be given together.");
            }
            upload.putObject("evaluation")
                    .put("auroc", auroc)
                    .put("calibration_error", ece)
                    .put("data", evaluatedOn);
        }
        try (AuthorizedApi api = connection.open()) {
            String id = api.post(MODELS, upload).path("model_id").asString();
            print("Published " + id + ". To use it: ./mindful model use " + id);
        }
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists the models; a star marks the one in use.")
    void list(
            @Mixin ConnectionOptions connection, @Option(names = "--json", description = "Prints JSON.") boolean json) {
        try (AuthorizedApi api = connection.open()) {
            JsonNode models = api.get(MODELS);
            if (json) {
                print(models.toString());
                return;
            }
            for (JsonNode model : models.path("models")) {
                print((model.path("in_use").asBoolean() ? "* " : "  ")
                        + model.path("model_id").asString() + "  "
                        + (model.has("kind")
                                ? about(model)
                                : models.path("built_in").asString()));
            }
        }
    }

    @Command(
            name = "use",
            mixinStandardHelpOptions = true,
            description = {
                "Puts a published model into use, without a restart.",
                "New sessions use it at once. Open sessions switch at their next minute outside flow, or after a pause."
            })
    void use(
            @Parameters(paramLabel = "ID", description = "An id of ./mindful model list, or built-in.") String id,
            @Mixin ConnectionOptions connection) {
        try (AuthorizedApi api = connection.open()) {
            api.put(MODELS + "/active", ApiClient.json().createObjectNode().put("model_id", id));
            print("In use: " + id);
        }
    }

    @Command(
            name = "evaluate",
            mixinStandardHelpOptions = true,
            description = {
                "Compares the model in use with the ratings of users who contribute to models.",
                "Figures are over at least ten users, of the twelve latest complete weeks."
            })
    void evaluate(
            @Mixin ConnectionOptions connection, @Option(names = "--json", description = "Prints JSON.") boolean json) {
        try (AuthorizedApi api = connection.open()) {
            JsonNode evaluation = api.get(MODELS + "/evaluation");
            if (json) {
                print(evaluation.toString());
                return;
            }
            print(String.format(
                    Locale.ROOT,
                    "%s: %d ratings of %d users from %s to %s, %.1f %% in flow",
                    evaluation.path("model_id").asString(),
                    evaluation.path("ratings").asInt(),
                    evaluation.path("users").asInt(),
                    evaluation.path("from").asString(),
                    evaluation.path("to").asString(),
                    100 * evaluation.path("in_flow_rate").asDouble()));
            print(String.format(Locale.ROOT, "%-24s %6s %6s %6s", "scored by", "Brier", "ECE", "AUROC"));
            print(scores("constant rate", evaluation.path("constant_rate")));
            print(scores("model", evaluation.path("model")));
            print(scores("with personal layers", evaluation.path("shown")));
        }
    }

    private static String scores(String name, JsonNode scores) {
        JsonNode auroc = scores.path("auroc");
        return String.format(
                Locale.ROOT,
                "%-24s %6.3f %6.3f %6s",
                name,
                scores.path("brier").asDouble(),
                scores.path("calibration_error").asDouble(),
                auroc.isMissingNode() ? "-" : String.format(Locale.ROOT, "%.3f", auroc.asDouble()));
    }

    private static byte[] bytes(Path file) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new UserErrorException(
                        file + " has " + Files.size(file) + " bytes; a model has at most " + FILE_BYTES_MAX + ".");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UserErrorException("Cannot read " + file + ". Name a file that ./mindful train wrote.", e);
        }
    }

    private static String about(JsonNode model) {
        JsonNode evaluation = model.path("evaluation");
        String figures = evaluation.isMissingNode()
                ? "not evaluated"
                : String.format(
                        Locale.ROOT,
                        "AUROC %.3f, ECE %.3f on %s",
                        evaluation.path("auroc").asDouble(),
                        evaluation.path("calibration_error").asDouble(),
                        evaluation.path("data").asString());
        return model.path("kind").asString() + ", " + model.path("created_at").asString() + ", " + figures;
    }
}
