@NullMarked
package dev.mindfulcode.apigateway.calendar;

import org.jspecify.annotations.NullMarked;
