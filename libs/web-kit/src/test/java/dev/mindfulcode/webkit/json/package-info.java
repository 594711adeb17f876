@NullMarked
package dev.mindfulcode.webkit.json;

import org.jspecify.annotations.NullMarked;
