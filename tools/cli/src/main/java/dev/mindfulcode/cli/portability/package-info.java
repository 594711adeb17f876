/** Commands that download a user's data, and import them into another account. */
@NullMarked
package dev.mindfulcode.cli.portability;

import org.jspecify.annotations.NullMarked;
