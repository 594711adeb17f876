/** The HTTP client of all commands. */
@NullMarked
package dev.mindfulcode.cli.http;

import org.jspecify.annotations.NullMarked;
