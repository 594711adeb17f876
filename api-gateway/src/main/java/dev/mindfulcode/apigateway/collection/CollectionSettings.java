package dev.mindfulcode.apigateway.collection;

import dev.mindfulcode.schemas.CollectionLevel;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;

/**
 * Settings by which a user lets the product collect data.
 *
 * @param retentionMonths everything about the user is purged after this time without any activity
 * @param modelContribution whether the operator may evaluate models on the user's ratings of flow
 */
public record CollectionSettings(
        CollectionLevel level, Exclusions exclusions, int retentionMonths, boolean modelContribution) {

    public static final int RETENTION_MONTHS_MIN = 1;
    public static final int RETENTION_MONTHS_MAX = 120;

    static final CollectionSettings DEFAULT = new CollectionSettings(CollectionLevel.FULL, Exclusions.NONE, 24, false);

    /** Fails with 403 if nothing about the user is collected. */
    public void requireCollection() {
        if (!level.allowsFeatures()) {
            throw ProblemType.NOT_COLLECTED.withDetail(
                    "Your privacy setting collection_level is " + level.text() + ": nothing is collected.");
        }
    }

    /** Returns why a session is excluded by a field of its details. */
    public static ProblemException excluded(String field) {
        return ProblemType.NOT_COLLECTED.forField(
                field, "Your privacy setting excluded_" + field + "s excludes this " + field + ".");
    }
}
