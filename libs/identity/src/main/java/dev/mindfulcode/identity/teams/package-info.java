/** Teams, memberships and invitations as rows, and the rules of roles. */
@NullMarked
package dev.mindfulcode.identity.teams;

import org.jspecify.annotations.NullMarked;
