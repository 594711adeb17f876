/** Teams: who belongs to them, as what, with whose consent, and under which plan. */
@NullMarked
package dev.mindfulcode.apigateway.teams;

import org.jspecify.annotations.NullMarked;
