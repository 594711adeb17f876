/** Training and evaluation of the engine's models: everything that reads datasets, draws seeds or writes reports. */
@NullMarked
package dev.mindfulcode.modelevidence;

import org.jspecify.annotations.NullMarked;
