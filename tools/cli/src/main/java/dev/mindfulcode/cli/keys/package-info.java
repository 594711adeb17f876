/** Commands that rotate keys. */
@NullMarked
package dev.mindfulcode.cli.keys;

import org.jspecify.annotations.NullMarked;
