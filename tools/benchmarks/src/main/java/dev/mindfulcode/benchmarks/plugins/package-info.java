/** {@code mindful plugin test}: a plugin over generated typing. */
@NullMarked
package dev.mindfulcode.benchmarks.plugins;

import org.jspecify.annotations.NullMarked;
