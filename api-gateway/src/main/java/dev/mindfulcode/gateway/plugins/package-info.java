/** Plugins: what was uploaded, what they were granted, and the runs of them that are wanted. */
@NullMarked
package dev.mindfulcode.gateway.plugins;

import org.jspecify.annotations.NullMarked;
