/** What users say about their own flow. */
@NullMarked
package dev.mindfulcode.apigateway.feedback;

import org.jspecify.annotations.NullMarked;
