@NullMarked
package dev.mindfulcode.projectionservice.languages;

import org.jspecify.annotations.NullMarked;
