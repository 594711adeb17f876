@NullMarked
package dev.mindfulcode.apigateway;

import org.jspecify.annotations.NullMarked;
