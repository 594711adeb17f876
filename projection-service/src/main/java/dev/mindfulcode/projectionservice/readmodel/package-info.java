/** The schema of the read model in Postgres. */
@NullMarked
package dev.mindfulcode.projectionservice.readmodel;

import org.jspecify.annotations.NullMarked;
