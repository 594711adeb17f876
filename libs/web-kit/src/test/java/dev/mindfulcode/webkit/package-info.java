@NullMarked
package dev.mindfulcode.webkit;

import org.jspecify.annotations.NullMarked;
