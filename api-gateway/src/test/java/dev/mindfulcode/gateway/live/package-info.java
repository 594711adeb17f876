@NullMarked
package dev.mindfulcode.gateway.live;

import org.jspecify.annotations.NullMarked;
