/** Commands for records that could not be processed. */
@NullMarked
package dev.mindfulcode.cli.deadletters;

import org.jspecify.annotations.NullMarked;
