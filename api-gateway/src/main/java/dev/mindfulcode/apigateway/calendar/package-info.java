/** A user's flow as a calendar feed, at an address that only they know. */
@NullMarked
package dev.mindfulcode.apigateway.calendar;

import org.jspecify.annotations.NullMarked;
