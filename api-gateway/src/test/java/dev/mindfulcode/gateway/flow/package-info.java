@NullMarked
package dev.mindfulcode.gateway.flow;

import org.jspecify.annotations.NullMarked;
