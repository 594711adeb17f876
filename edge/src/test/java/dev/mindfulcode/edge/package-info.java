@NullMarked
package dev.mindfulcode.edge;

import org.jspecify.annotations.NullMarked;
