@org.jspecify.annotations.NullMarked
package dev.mindfulcode.cli.privacy;
