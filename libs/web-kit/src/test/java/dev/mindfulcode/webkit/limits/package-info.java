@NullMarked
package dev.mindfulcode.webkit.limits;

import org.jspecify.annotations.NullMarked;
