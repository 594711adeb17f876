/** Deletion of erased users' rows from all builds of the read model. */
@NullMarked
package dev.mindfulcode.projectionservice.erasure;

import org.jspecify.annotations.NullMarked;
