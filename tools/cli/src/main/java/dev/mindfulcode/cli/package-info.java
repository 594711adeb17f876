/** What the commands share: how they find a running system, speak HTTP to it and report errors. */
@NullMarked
package dev.mindfulcode.cli;

import org.jspecify.annotations.NullMarked;
