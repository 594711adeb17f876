package dev.mindfulcode.apigateway.privacy;

import dev.mindfulcode.apigateway.collection.CollectionSettings;
import dev.mindfulcode.apigateway.collection.Exclusions;
import dev.mindfulcode.apigateway.teams.Teams;
import dev.mindfulcode.schemas.CollectionLevel;
import dev.mindfulcode.webkit.json.JsonFields;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Privacy settings as a user sends them; null leaves a setting as it is.
 *
 * @param consents by team, in the order sent
 */
record SettingsUpdate(
        @Nullable CollectionLevel level,
        @Nullable List<String> projects,
        @Nullable List<String> languages,
        @Nullable Integer retentionMonths,
        @Nullable Boolean modelContribution,
        Map<UUID, Boolean> consents) {

    static final String[] FIELDS = {
        "collection_level",
        "excluded_projects",
        "excluded_languages",
        "retention_months",
        "model_contribution",
        "team_sharing"
    };

    static SettingsUpdate read(JsonFields body) {
        body.notNull(FIELDS);
        Long months = body.integer(
                "retention_months", CollectionSettings.RETENTION_MONTHS_MIN, CollectionSettings.RETENTION_MONTHS_MAX);
        return new SettingsUpdate(
                level(body),
                names(body, "excluded_projects"),
                names(body, "excluded_languages"),
                months == null ? null : Math.toIntExact(months),
                body.bool("model_contribution"),
                consents(body));
    }

    private static @Nullable CollectionLevel level(JsonFields body) {
        String text = body.anyText("collection_level");
        return text == null
                ? null
                : CollectionLevel.parse(text)
                        .orElseThrow(() -> body.invalid("collection_level", "Must be full, features or local."));
    }

    private static @Nullable List<String> names(JsonFields body, String field) {
        List<String> sent = body.texts(field, Exclusions.ENTRIES_MAX, Exclusions.NAME_LENGTH_MAX);
        if (sent == null) {
            return null;
        }
        List<String> names = new ArrayList<>();
        for (String name : sent) {
            if (name.isBlank()) {
                throw body.invalid(field + "[" + names.size() + "]", "Must not be blank.");
            }
            names.add(Normalizer.normalize(name.strip(), Normalizer.Form.NFC));
        }
        return names;
    }

    private static Map<UUID, Boolean> consents(JsonFields body) {
        List<JsonFields> sent = body.objects("team_sharing", Teams.TEAMS_A_USER_MAX);
        Map<UUID, Boolean> consents = new LinkedHashMap<>();
        for (JsonFields team : sent == null ? List.<JsonFields>of() : sent) {
            team.only("team_id", "consent");
            UUID teamId = team.required("team_id", team.uuid("team_id"));
            if (consents.put(teamId, team.required("consent", team.bool("consent"))) != null) {
                throw team.invalid("team_id", "The team is named twice.");
            }
        }
        return consents;
    }

    CollectionSettings applyTo(CollectionSettings before) {
        return new CollectionSettings(
                level == null ? before.level() : level,
                new Exclusions(
                        projects == null ? before.exclusions().projects() : projects,
                        languages == null ? before.exclusions().languages() : languages),
                retentionMonths == null ? before.retentionMonths() : retentionMonths,
                modelContribution == null ? before.modelContribution() : modelContribution);
    }

    /** Without content, as project names are personal. */
    @Override
    public String toString() {
        return "SettingsUpdate";
    }
}
