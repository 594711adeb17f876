/** Team windows: bounded contributions of members, and order-independent statistics over them. */
@NullMarked
package dev.mindfulcode.flowengine.team;

import org.jspecify.annotations.NullMarked;
