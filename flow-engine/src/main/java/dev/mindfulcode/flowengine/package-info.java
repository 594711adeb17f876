/**
 * The pure functional core of Mindful Code: session rules, features and models that turn the rhythm of a keyboard into
 * flow state.
 *
 * <p>Nothing here reads a clock, does I/O, logs, starts a thread or depends on anything but {@code java.base}. Time
 * comes in as arguments; the same events give the same bits wherever they are run.
 */
@NullMarked
package dev.mindfulcode.flowengine;

import org.jspecify.annotations.NullMarked;
