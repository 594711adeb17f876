@NullMarked
package dev.mindfulcode.gateway;

import org.jspecify.annotations.NullMarked;
