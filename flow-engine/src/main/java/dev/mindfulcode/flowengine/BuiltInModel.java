package dev.mindfulcode.flowengine;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * The model that is used until another one is published: {@code built-in-model.properties}, whose thresholds and
 * weights are its only source.
 */
final class BuiltInModel {
    private static final String RESOURCE = "built-in-model.properties";

    static final FlowModel INSTANCE = read();

    private BuiltInModel() {}

    private static FlowModel read() {
        try (InputStream in = Objects.requireNonNull(BuiltInModel.class.getResourceAsStream(RESOURCE), RESOURCE)) {
            return ModelProperties.read(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
