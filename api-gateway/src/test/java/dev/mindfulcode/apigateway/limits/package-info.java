@NullMarked
package dev.mindfulcode.apigateway.limits;

import org.jspecify.annotations.NullMarked;
