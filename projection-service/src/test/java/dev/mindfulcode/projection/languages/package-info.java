@NullMarked
package dev.mindfulcode.projection.languages;

import org.jspecify.annotations.NullMarked;
