@NullMarked
package dev.mindfulcode.webkit.transport;

import org.jspecify.annotations.NullMarked;
