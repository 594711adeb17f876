@NullMarked
package dev.mindfulcode.webkit.endpoints;

import org.jspecify.annotations.NullMarked;
