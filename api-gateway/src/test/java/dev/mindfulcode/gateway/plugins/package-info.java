@NullMarked
package dev.mindfulcode.gateway.plugins;

import org.jspecify.annotations.NullMarked;
