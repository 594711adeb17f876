/** {@code mindful plugin}: templates, trials and installation of plugins. */
@NullMarked
package dev.mindfulcode.quickstart.plugin;

import org.jspecify.annotations.NullMarked;
