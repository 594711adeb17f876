/** Teams: who belongs to them, as what, with whose consent, and under which plan. */
@NullMarked
package dev.mindfulcode.gateway.teams;

import org.jspecify.annotations.NullMarked;
