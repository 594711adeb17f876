/** Accounts: registration, passwords, access and refresh tokens. */
@NullMarked
package dev.mindfulcode.gateway.accounts;

import org.jspecify.annotations.NullMarked;
