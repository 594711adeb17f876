@NullMarked
package dev.mindfulcode.apigateway.log;

import org.jspecify.annotations.NullMarked;
