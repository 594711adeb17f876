/** Accounts: registration, passwords, access and refresh tokens. */
@NullMarked
package dev.mindfulcode.apigateway.accounts;

import org.jspecify.annotations.NullMarked;
