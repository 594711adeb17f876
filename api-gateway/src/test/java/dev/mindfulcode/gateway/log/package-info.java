@NullMarked
package dev.mindfulcode.gateway.log;

import org.jspecify.annotations.NullMarked;
