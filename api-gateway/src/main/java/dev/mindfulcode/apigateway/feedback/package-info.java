/** Users' ratings of their own flow, and prompts for them. */
@NullMarked
package dev.mindfulcode.apigateway.feedback;

import org.jspecify.annotations.NullMarked;
