@NullMarked
package dev.mindfulcode.projection.analytics;

import org.jspecify.annotations.NullMarked;
