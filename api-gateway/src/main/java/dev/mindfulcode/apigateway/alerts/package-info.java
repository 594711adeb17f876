/** Alert rules of teams, the alerts from the stream, and their delivery. */
@NullMarked
package dev.mindfulcode.apigateway.alerts;

import org.jspecify.annotations.NullMarked;
