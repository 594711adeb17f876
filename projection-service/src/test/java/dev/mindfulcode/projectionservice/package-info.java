@NullMarked
package dev.mindfulcode.projectionservice;

import org.jspecify.annotations.NullMarked;
