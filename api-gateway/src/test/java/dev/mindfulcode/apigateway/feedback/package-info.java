@NullMarked
package dev.mindfulcode.apigateway.feedback;

import org.jspecify.annotations.NullMarked;
