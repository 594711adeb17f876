/** Plugins, their grants and the desired runs. */
@NullMarked
package dev.mindfulcode.apigateway.plugins;

import org.jspecify.annotations.NullMarked;
