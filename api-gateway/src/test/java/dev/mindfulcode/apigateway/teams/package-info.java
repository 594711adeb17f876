@NullMarked
package dev.mindfulcode.apigateway.teams;

import org.jspecify.annotations.NullMarked;
