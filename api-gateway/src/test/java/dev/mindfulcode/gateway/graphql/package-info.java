@NullMarked
package dev.mindfulcode.gateway.graphql;

import org.jspecify.annotations.NullMarked;
