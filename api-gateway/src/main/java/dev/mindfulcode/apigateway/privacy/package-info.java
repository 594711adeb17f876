/** What may be kept of a user. */
@NullMarked
package dev.mindfulcode.apigateway.privacy;

import org.jspecify.annotations.NullMarked;
