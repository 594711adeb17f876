/** How a projection is built again from the first record, beside the tables in use, and switched to. */
@NullMarked
package dev.mindfulcode.projectionservice.rebuild;

import org.jspecify.annotations.NullMarked;
