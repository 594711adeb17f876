@NullMarked
package dev.mindfulcode.projection.readmodel;

import org.jspecify.annotations.NullMarked;
