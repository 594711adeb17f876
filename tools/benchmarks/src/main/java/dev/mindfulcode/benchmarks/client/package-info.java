/** A patient client of the public HTTP API: accounts, sessions, batches and the way back through the read model. */
@NullMarked
package dev.mindfulcode.benchmarks.client;

import org.jspecify.annotations.NullMarked;
