/** {@code mindful projections} and {@code mindful rebuild}. */
@NullMarked
package dev.mindfulcode.cli.projections;

import org.jspecify.annotations.NullMarked;
