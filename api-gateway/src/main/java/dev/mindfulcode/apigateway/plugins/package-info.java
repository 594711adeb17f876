/** Plugins: what was uploaded, what they were granted, and the runs of them that are wanted. */
@NullMarked
package dev.mindfulcode.apigateway.plugins;

import org.jspecify.annotations.NullMarked;
