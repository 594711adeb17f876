/** The schema of the read model in Postgres. */
@NullMarked
package dev.mindfulcode.projection.readmodel;

import org.jspecify.annotations.NullMarked;
