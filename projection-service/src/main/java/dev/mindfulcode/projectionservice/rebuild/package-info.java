/** Blue/green rebuilds: rebuilds a projection from the first record in separate tables, compares, and cuts over. */
@NullMarked
package dev.mindfulcode.projectionservice.rebuild;

import org.jspecify.annotations.NullMarked;
