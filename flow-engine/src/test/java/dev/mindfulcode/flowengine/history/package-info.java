@NullMarked
package dev.mindfulcode.flowengine.history;

import org.jspecify.annotations.NullMarked;
