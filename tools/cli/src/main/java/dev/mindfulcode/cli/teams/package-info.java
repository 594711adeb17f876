/** {@code mindful team}: a team's plan. */
@NullMarked
package dev.mindfulcode.cli.teams;

import org.jspecify.annotations.NullMarked;
