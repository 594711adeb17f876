@NullMarked
package dev.mindfulcode.modelevidence;

import org.jspecify.annotations.NullMarked;
