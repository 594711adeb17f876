/** Work that the gateway repeats in the background. */
@NullMarked
package dev.mindfulcode.apigateway.jobs;

import org.jspecify.annotations.NullMarked;
