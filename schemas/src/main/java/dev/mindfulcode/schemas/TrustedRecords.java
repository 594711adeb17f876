package dev.mindfulcode.schemas;

import org.apache.avro.util.ClassSecurityValidator;

/**
 * Tells Avro that the records of this package may be made from a schema's name. Avro makes no class that nobody vouched
 * for, so that a hostile schema cannot name one that does harm when it is loaded.
 */
final class TrustedRecords {

    private static final String PACKAGE = TrustedRecords.class.getPackageName();

    static {
        ClassSecurityValidator.ClassSecurityPredicate trustedSoFar = ClassSecurityValidator.getGlobal();
        ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                trustedSoFar, type -> type.getPackageName().equals(PACKAGE)));
    }

    private TrustedRecords() {}

    /** Vouches for them, once a process: the class's initialisation does it. */
    static void register() {}
}
