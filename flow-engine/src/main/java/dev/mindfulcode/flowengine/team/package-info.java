/** Team windows: bounded contributions of members, and their release as sums with noise (docs/team-privacy.md). */
@NullMarked
package dev.mindfulcode.flowengine.team;

import org.jspecify.annotations.NullMarked;
