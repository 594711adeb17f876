package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelArtefact;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** The models that come with the project, and the developers they were trained on. */
final class ShippedModels {
    /** Number in the ids of the trained models. */
    static final int VERSION = 2;

    static final String SUFFIX = ".mflm";
    static final String PEOPLE = "training-people.txt";

    private ShippedModels() {}

    static List<FlowModel> all() {
        List<FlowModel> models = new ArrayList<>(List.of(FlowModel.formulaBaseline()));
        models.addAll(trained());
        return models;
    }

    /** Returns what {@code mindful train} writes for the training people. */
    static List<FlowModel> trained() {
        return Arrays.stream(Candidate.values())
                .map(candidate -> ModelArtefact.decodeAnyVersion(resource(candidate.id(VERSION) + SUFFIX)))
                .toList();
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
