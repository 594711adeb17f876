package dev.mindfulcode.apigateway.collection;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A change of one setting, as its user sees it.
 *
 * @param members what changed, such as {@code from} and {@code to}, as values of JSON
 */
public record SettingsChange(Actor by, String setting, Map<String, @Nullable Object> members) {

    /** The author of a change. */
    public enum Actor {
        USER,
        /** An owner or admin of a team. */
        TEAM_LEAD,
        /** The job that purges users who are inactive. */
        RETENTION;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static SettingsChange teamSharing(Actor by, UUID teamId, boolean consent) {
        Map<String, @Nullable Object> members = fromTo(!consent, consent);
        members.put("team_id", teamId.toString());
        return new SettingsChange(by, "team_sharing", members);
    }

    /** Returns the notice that a user who is inactive will be purged. */
    public static SettingsChange purgeNotice(Instant purgeDueAt) {
        return new SettingsChange(Actor.RETENTION, "purge_due_at", Map.of("to", purgeDueAt.toString()));
    }

    /** Returns the differences of two settings. */
    public static List<SettingsChange> between(CollectionSettings before, CollectionSettings after, Actor by) {
        List<SettingsChange> changes = new ArrayList<>();
        if (before.level() != after.level()) {
            changes.add(new SettingsChange(
                    by,
                    "collection_level",
                    fromTo(before.level().text(), after.level().text())));
        }
        if (before.retentionMonths() != after.retentionMonths()) {
            changes.add(new SettingsChange(
                    by, "retention_months", fromTo(before.retentionMonths(), after.retentionMonths())));
        }
        if (before.modelContribution() != after.modelContribution()) {
            changes.add(new SettingsChange(
                    by, "model_contribution", fromTo(before.modelContribution(), after.modelContribution())));
        }
        addNames(
                changes,
                by,
                "excluded_projects",
                before.exclusions().projects(),
                after.exclusions().projects());
        addNames(
                changes,
                by,
                "excluded_languages",
                before.exclusions().languages(),
                after.exclusions().languages());
        return changes;
    }

    private static void addNames(
            List<SettingsChange> changes, Actor by, String setting, List<String> before, List<String> after) {
        List<String> added = without(after, before);
        List<String> removed = without(before, after);
        if (!added.isEmpty() || !removed.isEmpty()) {
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            members.put("added", added);
            members.put("removed", removed);
            changes.add(new SettingsChange(by, setting, members));
        }
    }

    private static List<String> without(List<String> names, List<String> others) {
        return names.stream().filter(name -> !others.contains(name)).toList();
    }

    private static Map<String, @Nullable Object> fromTo(Object from, Object to) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("from", from);
        members.put("to", to);
        return members;
    }

    /** Without content, as project names are personal. */
    @Override
    public String toString() {
        return "SettingsChange[" + setting + "]";
    }
}
