/** Everything about a user as a file, and a file of another account as history of this one. */
@NullMarked
package dev.mindfulcode.apigateway.portability;

import org.jspecify.annotations.NullMarked;
