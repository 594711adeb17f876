/**
 * The pure functional core of Mindful Code: session rules, features and models that turn the rhythm of a keyboard into
 * flow state.
 *
 * <p>Nothing here reads a clock, logs, starts a thread, does I/O (except to load the built-in model's resource) or
 * depends on anything but {@code java.base}. Time is an argument; the same events give the same bits on every machine.
 */
@NullMarked
package dev.mindfulcode.flowengine;

import org.jspecify.annotations.NullMarked;
