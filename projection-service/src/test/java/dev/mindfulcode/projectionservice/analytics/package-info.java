@NullMarked
package dev.mindfulcode.projectionservice.analytics;

import org.jspecify.annotations.NullMarked;
