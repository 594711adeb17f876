package dev.mindfulcode.apigateway.collection;

import dev.mindfulcode.apigateway.http.NormalForm;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Projects and languages that a user excludes from collection. Names match regardless of case and of Unicode form. */
public record Exclusions(List<String> projects, List<String> languages) {

    /** Entries of a list. */
    public static final int ENTRIES_MAX = 100;

    public static final int NAME_LENGTH_MAX = 200;

    static final Exclusions NONE = new Exclusions(List.of(), List.of());

    public Exclusions {
        projects = distinct(projects);
        languages = distinct(languages);
    }

    boolean isEmpty() {
        return projects.isEmpty() && languages.isEmpty();
    }

    /** Returns the field that excludes a session with these details, or null if it is not excluded. */
    public @Nullable String fieldExcluding(@Nullable String project, @Nullable String language) {
        return contains(projects, project) ? "project" : contains(languages, language) ? "language" : null;
    }

    private static boolean contains(List<String> names, @Nullable String name) {
        return name != null && names.stream().map(NormalForm::folded).anyMatch(NormalForm.folded(name)::equals);
    }

    /** Returns the first spelling of each name. */
    private static List<String> distinct(List<String> names) {
        Set<String> known = new HashSet<>();
        List<String> distinct = new ArrayList<>();
        for (String name : names) {
            if (known.add(NormalForm.folded(name))) {
                distinct.add(name);
            }
        }
        return List.copyOf(distinct);
    }

    /** Without content, as project names are personal. */
    @Override
    public String toString() {
        return "Exclusions";
    }
}
