@NullMarked
package dev.mindfulcode.apigateway.portability;

import org.jspecify.annotations.NullMarked;
