package dev.mindfulcode.cli.models;

import dev.mindfulcode.cli.DataFolder;
import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.schemas.ModelEvaluation;
import dev.mindfulcode.schemas.ModelKind;
import dev.mindfulcode.schemas.PublishedModel;
import dev.mindfulcode.schemas.Topics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mindful model publish|list|use}: which model judges, changed while the system runs. */
@Command(
        name = "model",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Publishes trained models to the system that runs on a data folder, and says which one is used.")
public final class ModelCommand implements Runnable {

    /** Words that stand where an id may stand and mean something else. */
    private static final Set<String> RESERVED = Set.of(Topics.ACTIVE_MODEL, ModelTopic.BUILT_IN);

    /** Far more than an artefact has. */
    private static final long FILE_BYTES_MAX = 64 << 10;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to do: publish, list or use.");
    }

    @Command(
            name = "publish",
            mixinStandardHelpOptions = true,
            description = "Adds a model that ./mindful train wrote. It judges nothing before ./mindful model use.")
    void publish(
            @Parameters(paramLabel = "FILE", description = "An artefact, such as network-2.mflm") Path file,
            @Option(
                            names = "--data",
                            paramLabel = "DIR",
                            description = "Data folder of the running system (default: ~/.mindful-code).")
                    @Nullable
                    Path data,
            @Option(
                            names = "--auroc",
                            paramLabel = "X",
                            description =
                                    "Its area under the ROC curve on people held out; with --ece and --evaluated-on.")
                    @Nullable
                    Double auroc,
            @Option(names = "--ece", paramLabel = "X", description = "Its calibration error there.") @Nullable
                    Double ece,
            @Option(names = "--evaluated-on", paramLabel = "TEXT", description = "What they were worked out on.")
                    @Nullable
                    String evaluatedOn) {
        FlowModel model = ModelTopic.decode(bytes(file), file.toString());
        if (RESERVED.contains(model.id())) {
            throw new UserErrorException(
                    "No model may be called " + model.id() + ": the word means something else here");
        }
        topic(data)
                .publish(PublishedModel.newBuilder()
                        .setModelId(model.id())
                        .setKind(kind(model))
                        .setArtefact(ByteBuffer.wrap(bytes(file)))
                        .setFeatureVersion(FlowModel.FEATURE_VERSION)
                        .setCreatedAt(Instant.now().truncatedTo(ChronoUnit.MILLIS))
                        .setEvaluation(evaluation(auroc, ece, evaluatedOn))
                        .build());
        say("Published " + model.id() + ". It judges after: ./mindful model use " + model.id());
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists the models that are there; the one in use has a star.")
    void list(
            @Option(
                            names = "--data",
                            paramLabel = "DIR",
                            description = "Data folder of the running system (default: ~/.mindful-code).")
                    @Nullable
                    Path data) {
        ModelTopic.Content content = topic(data).read();
        PublishedModel active = content.active();
        String inUse = active == null ? ModelTopic.BUILT_IN : active.getModelId();
        line(ModelTopic.BUILT_IN, inUse, FlowModel.builtIn().id());
        content.byId().forEach((id, model) -> line(id, inUse, about(model)));
    }

    @Command(
            name = "use",
            mixinStandardHelpOptions = true,
            description = {
                "Makes a published model the one that judges, without a restart.",
                "New sessions begin with it; open ones go over with a new minute outside flow, or after a pause."
            })
    void use(
            @Parameters(paramLabel = "ID", description = "As ./mindful model list shows it, or built-in.") String id,
            @Option(
                            names = "--data",
                            paramLabel = "DIR",
                            description = "Data folder of the running system (default: ~/.mindful-code).")
                    @Nullable
                    Path data) {
        topic(data).use(id);
        say("In use: " + id);
    }

    private static ModelTopic topic(@Nullable Path data) {
        DataFolder folder = DataFolder.at(data);
        return new ModelTopic(folder.runningLog().orElseThrow(folder::nothingRuns));
    }

    private static byte[] bytes(Path file) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new UserErrorException(file + " is too large for a model");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UserErrorException("Cannot read " + file + ": name a file that ./mindful train wrote", e);
        }
    }

    private @Nullable ModelEvaluation evaluation(@Nullable Double auroc, @Nullable Double ece, @Nullable String on) {
        if (auroc == null && ece == null && on == null) {
            return null;
        }
        if (auroc == null || ece == null || on == null || !isShare(auroc) || !isShare(ece)) {
            throw new ParameterException(
                    spec.commandLine(), "--auroc, --ece and --evaluated-on go together; the first two lie in 0 to 1.");
        }
        return ModelEvaluation.newBuilder()
                .setAuroc(auroc)
                .setCalibrationError(ece)
                .setData(on)
                .build();
    }

    private static boolean isShare(double value) {
        return value >= 0 && value <= 1;
    }

    private static ModelKind kind(FlowModel model) {
        if (model.id().equals(FlowModel.formulaBaseline().id())) {
            return ModelKind.FORMULA;
        }
        return model instanceof dev.mindfulcode.flowengine.NetworkModel ? ModelKind.NETWORK : ModelKind.LOGISTIC;
    }

    private static String about(PublishedModel model) {
        ModelEvaluation evaluation = model.getEvaluation();
        String figures = evaluation == null
                ? "no evaluation given"
                : String.format(
                        Locale.ROOT,
                        "AUROC %.3f, ECE %.3f on %s",
                        evaluation.getAuroc(),
                        evaluation.getCalibrationError(),
                        evaluation.getData());
        return model.getKind().name().toLowerCase(Locale.ROOT) + ", " + model.getCreatedAt() + ", " + figures;
    }

    private void line(String id, String inUse, String about) {
        say((id.equals(inUse) ? "* " : "  ") + id + "  " + about);
    }

    private void say(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }
}
