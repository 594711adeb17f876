/** {@code mindful model}: publishes models and chooses the one in use. */
@NullMarked
package dev.mindfulcode.cli.models;

import org.jspecify.annotations.NullMarked;
