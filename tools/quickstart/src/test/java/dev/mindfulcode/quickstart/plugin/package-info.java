@NullMarked
package dev.mindfulcode.quickstart.plugin;

import org.jspecify.annotations.NullMarked;
