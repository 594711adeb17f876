@NullMarked
package dev.mindfulcode.projectionservice.readmodel;

import org.jspecify.annotations.NullMarked;
