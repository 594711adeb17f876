/** Training and evaluation of the engine's models on datasets. */
@NullMarked
package dev.mindfulcode.modelevidence;

import org.jspecify.annotations.NullMarked;
