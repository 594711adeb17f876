/** What the leads of teams want to be told of, and what they were told. */
@NullMarked
package dev.mindfulcode.apigateway.alerts;

import org.jspecify.annotations.NullMarked;
