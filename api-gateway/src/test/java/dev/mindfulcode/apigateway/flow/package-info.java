@NullMarked
package dev.mindfulcode.apigateway.flow;

import org.jspecify.annotations.NullMarked;
