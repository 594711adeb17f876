/** The reader of the Aalto keystroke files: the only place that sees a character, and it lets none out. */
@NullMarked
package dev.mindfulcode.quickstart.load.aalto;

import org.jspecify.annotations.NullMarked;
