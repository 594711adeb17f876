package dev.mindfulcode.apigateway.collection;

import dev.mindfulcode.schemas.CollectionLevel;

/**
 * What a user lets the product collect.
 *
 * @param retentionMonths everything about the user is purged after this time without any activity
 */
public record CollectionSettings(CollectionLevel level, Exclusions exclusions, int retentionMonths) {

    public static final int RETENTION_MONTHS_MIN = 1;
    public static final int RETENTION_MONTHS_MAX = 120;

    static final CollectionSettings DEFAULT = new CollectionSettings(CollectionLevel.FULL, Exclusions.NONE, 24);
}
