/** What may be kept of a user. */
@NullMarked
package dev.mindfulcode.gateway.privacy;

import org.jspecify.annotations.NullMarked;
