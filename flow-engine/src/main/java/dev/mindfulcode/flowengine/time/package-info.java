/**
 * Time zones: which names are known, and when it is what o'clock where. The JDK's rules are the only ones that the
 * system uses; the database computes with the offsets that it is given, since its own rules are of another release and
 * disagree.
 */
@NullMarked
package dev.mindfulcode.flowengine.time;

import org.jspecify.annotations.NullMarked;
