@NullMarked
package dev.mindfulcode.apigateway.http;

import org.jspecify.annotations.NullMarked;
