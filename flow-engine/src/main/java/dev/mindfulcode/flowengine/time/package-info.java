/**
 * Time zones: known names, and offsets over time. Only the JDK's rules are used; the database receives offsets, as its
 * own rules may be of another release.
 */
@NullMarked
package dev.mindfulcode.flowengine.time;

import org.jspecify.annotations.NullMarked;
