@NullMarked
package dev.mindfulcode.apigateway.privacy;

import org.jspecify.annotations.NullMarked;
