/**
 * Envelope encryption: what belongs to a user is encrypted with that user's key, which the key-encryption key wraps.
 */
@org.jspecify.annotations.NullMarked
package dev.mindfulcode.dataprotection;
