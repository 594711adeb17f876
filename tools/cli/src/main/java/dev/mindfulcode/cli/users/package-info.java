/** {@code mindful user}: accounts of others. */
@NullMarked
package dev.mindfulcode.cli.users;

import org.jspecify.annotations.NullMarked;
