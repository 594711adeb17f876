package dev.mindfulcode.projection.fold;

import dev.mindfulcode.schemas.Topic;
import java.util.List;
import java.util.function.Supplier;

/**
 * A named, versioned fold from events to rows: what is needed to run it, or to build it again beside the tables in use.
 *
 * @param name such as {@code coding_sessions}
 * @param version grows when the same events give other rows
 * @param topics where its events come from
 * @param tables all tables that it writes and nobody else does
 * @param binding its fold for given tables
 */
public record Projection(String name, int version, List<Topic<?>> topics, List<String> tables, Binding binding) {

    /** Prepares the fold's statements for tables; the supplier then gives a fresh fold for each transaction. */
    @FunctionalInterface
    public interface Binding {
        Supplier<Fold> to(Tables tables);
    }
}
