@NullMarked
package dev.mindfulcode.flowengine.personal;

import org.jspecify.annotations.NullMarked;
