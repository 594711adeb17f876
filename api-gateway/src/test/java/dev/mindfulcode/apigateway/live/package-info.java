@NullMarked
package dev.mindfulcode.apigateway.live;

import org.jspecify.annotations.NullMarked;
