/** Rate limits of addresses, users and sign-ins. */
@NullMarked
package dev.mindfulcode.apigateway.limits;

import org.jspecify.annotations.NullMarked;
