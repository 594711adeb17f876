/** Teams: members, invitations, and statistics of released windows. */
@NullMarked
package dev.mindfulcode.apigateway.teams;

import org.jspecify.annotations.NullMarked;
