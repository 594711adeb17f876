package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelArtefact;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** The models that come with the project, and the developers they were trained on. */
final class ShippedModels {
    static final String LOGISTIC = "logistic-1";
    static final String SUFFIX = ".mflm";
    static final String PEOPLE = "training-people.txt";

    private ShippedModels() {}

    static List<FlowModel> all() {
        return List.of(FlowModel.formulaBaseline(), logistic(), FlowModel.builtIn());
    }

    static FlowModel logistic() {
        return ModelArtefact.decode(resource(LOGISTIC + SUFFIX));
    }

    /** Returns the ids of the ABB developers whose data the shipped models were trained on. */
    static Set<String> trainingPeople() {
        return new String(resource(PEOPLE), StandardCharsets.UTF_8).lines().collect(Collectors.toUnmodifiableSet());
    }

    private static byte[] resource(String name) {
        try (InputStream in = Objects.requireNonNull(ShippedModels.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
