/** JMH benchmarks of the hot paths. */
@NullMarked
package dev.mindfulcode.benchmarks;

import org.jspecify.annotations.NullMarked;
