@NullMarked
package dev.mindfulcode.identity;

import org.jspecify.annotations.NullMarked;
