/** Accounts: registration, sign-in, passwords, API keys, personal details. */
@NullMarked
package dev.mindfulcode.apigateway.accounts;

import org.jspecify.annotations.NullMarked;
