@NullMarked
package dev.mindfulcode.apigateway.plugins;

import org.jspecify.annotations.NullMarked;
