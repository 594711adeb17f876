@NullMarked
package dev.mindfulcode.webkit.openapi;

import org.jspecify.annotations.NullMarked;
