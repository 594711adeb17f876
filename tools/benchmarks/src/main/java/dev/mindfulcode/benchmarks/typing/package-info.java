/** A statistical typist, the fit of its parameters to measured people, and the statistics that both are judged by. */
@NullMarked
package dev.mindfulcode.benchmarks.typing;

import org.jspecify.annotations.NullMarked;
