package dev.mindfulcode.modelevidence;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Properties;

/** The frozen numbers of the evaluation, from protocol.properties. */
final class Protocol {
    private final Properties properties = new Properties();

    Protocol() {
        try (var in = new InputStreamReader(
                Objects.requireNonNull(Protocol.class.getResourceAsStream("protocol.properties")),
                StandardCharsets.UTF_8)) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    double number(String name) {
        String value = properties.getProperty(name);
        if (value == null) {
            throw new IllegalStateException("protocol.properties lacks " + name);
        }
        return Double.parseDouble(value);
    }

    int whole(String name) {
        return (int) number(name);
    }

    long[] seeds() {
        return Arrays.stream(properties.getProperty("seeds", "1").split(",", -1))
                .mapToLong(Long::parseLong)
                .toArray();
    }
}
