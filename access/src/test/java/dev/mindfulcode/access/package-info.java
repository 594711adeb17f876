@NullMarked
package dev.mindfulcode.access;

import org.jspecify.annotations.NullMarked;
