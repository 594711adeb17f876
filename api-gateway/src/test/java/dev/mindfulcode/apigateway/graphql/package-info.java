@NullMarked
package dev.mindfulcode.apigateway.graphql;

import org.jspecify.annotations.NullMarked;
