/** {@code mindful plugin new|install|list}. */
@NullMarked
package dev.mindfulcode.cli.plugins;

import org.jspecify.annotations.NullMarked;
