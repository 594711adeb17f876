/** The reader of the Aalto keystroke files: the only place that sees a character, and it lets none out. */
@NullMarked
package dev.mindfulcode.benchmarks.aalto;

import org.jspecify.annotations.NullMarked;
