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

/** The fitted models that come with the project, and whom they were trained on. */
final class ShippedModels {
    static final String FORMULA = "formula-1";
    static final String LOGISTIC = "logistic-1";
    static final String NETWORK = "network-1";
    static final String SUFFIX = ".mflm";
    static final String PEOPLE = "training-people.txt";

    private ShippedModels() {}

    static List<FlowModel> all() {
        return List.of(FlowModel.formula(), model(LOGISTIC), model(NETWORK));
    }

    static FlowModel model(String id) {
        return ModelArtefact.decode(resource(id + SUFFIX));
    }

    /** Ids of the ABB developers the shipped models have seen: whoever is not among them is new to these models. */
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
