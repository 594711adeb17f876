/** Commands that type as many people would: real data sets, generated load, and the check that all of it arrived. */
@NullMarked
package dev.mindfulcode.benchmarks.load;

import org.jspecify.annotations.NullMarked;
