package dev.mindfulcode.schemas;

import org.apache.avro.util.ClassSecurityValidator;

/**
 * Allows Avro to instantiate the records of this package by the name in a schema. Avro rejects all other classes, so
 * that a hostile schema cannot load them.
 */
final class TrustedRecords {

    private static final String PACKAGE = TrustedRecords.class.getPackageName();

    static {
        ClassSecurityValidator.ClassSecurityPredicate trustedSoFar = ClassSecurityValidator.getGlobal();
        ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                trustedSoFar, type -> type.getPackageName().equals(PACKAGE)));
    }

    private TrustedRecords() {}

    /** Registers the package once per process, on class initialization. */
    static void register() {}
}
