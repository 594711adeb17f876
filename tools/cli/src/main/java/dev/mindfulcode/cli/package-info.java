/** Shared parts of the commands: the system they connect to, its API, and errors. */
@NullMarked
package dev.mindfulcode.cli;

import org.jspecify.annotations.NullMarked;
