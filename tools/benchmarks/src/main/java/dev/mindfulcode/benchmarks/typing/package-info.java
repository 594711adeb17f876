/** A statistical typist, the fit of its parameters to measured people, and the statistics that compare them. */
@NullMarked
package dev.mindfulcode.benchmarks.typing;

import org.jspecify.annotations.NullMarked;
