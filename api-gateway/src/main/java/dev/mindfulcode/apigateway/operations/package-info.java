/** Health and metrics. */
@NullMarked
package dev.mindfulcode.apigateway.operations;

import org.jspecify.annotations.NullMarked;
