package dev.mindfulcode.projectionservice.fold;

import dev.mindfulcode.schemas.Topic;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * A named, versioned fold from events to rows, with everything needed to run it or to rebuild it.
 *
 * @param name such as {@code coding_sessions}
 * @param version increases when the same events give other rows, or rows of another shape
 * @param topics the topics of its events
 * @param ddl creates the tables that only this fold writes, with their indexes and without a schema name
 * @param binding creates its fold for given tables
 */
public record Projection(String name, int version, List<Topic<?>> topics, String ddl, Binding binding) {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z_]{0,30}");
    private static final Pattern TABLE = Pattern.compile("(?m)^CREATE TABLE ([a-z_]+)");

    /** Prepares the fold's statements for tables; the supplier returns a new fold for each transaction. */
    @FunctionalInterface
    public interface Binding {
        Supplier<Fold> to(Tables tables);
    }

    public Projection {
        if (!NAME.matcher(name).matches() || version < 1) {
            throw new IllegalArgumentException("Invalid projection name or version: " + name + ' ' + version);
        }
    }

    /** Returns a projection whose tables are declared in {@code tables.sql} next to its fold. */
    public static Projection of(
            Class<? extends Fold> fold, String name, int version, List<Topic<?>> topics, Binding binding) {
        try (InputStream ddl = fold.getResourceAsStream("tables.sql")) {
            if (ddl == null) {
                throw new IllegalArgumentException("tables.sql not found next to " + fold.getName());
            }
            return new Projection(
                    name, version, topics, new String(ddl.readAllBytes(), StandardCharsets.UTF_8), binding);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the names of its tables, in the order of their creation. */
    public List<String> tables() {
        return TABLE.matcher(ddl).results().map(match -> match.group(1)).toList();
    }

    public boolean reads(String topic) {
        return topics.stream().anyMatch(one -> one.name().equals(topic));
    }

    @Override
    public String toString() {
        return name + " version " + version;
    }
}
