@NullMarked
package dev.mindfulcode.gateway.limits;

import org.jspecify.annotations.NullMarked;
