/**
 * What a team's windows are made of: contributions of its members, bounded, and figures that do not depend on their
 * order.
 */
@NullMarked
package dev.mindfulcode.flowengine.team;

import org.jspecify.annotations.NullMarked;
