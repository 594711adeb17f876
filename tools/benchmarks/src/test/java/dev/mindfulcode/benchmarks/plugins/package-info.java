@NullMarked
package dev.mindfulcode.benchmarks.plugins;

import org.jspecify.annotations.NullMarked;
