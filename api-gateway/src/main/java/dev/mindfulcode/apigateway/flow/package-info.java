/** Flow detection on request, and statistics and insights of past flow. */
@NullMarked
package dev.mindfulcode.apigateway.flow;

import org.jspecify.annotations.NullMarked;
