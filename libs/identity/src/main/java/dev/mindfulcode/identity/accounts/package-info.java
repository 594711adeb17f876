/** Accounts as rows: personal details, passwords as hashes, users of OIDC issuers. */
@NullMarked
package dev.mindfulcode.identity.accounts;

import org.jspecify.annotations.NullMarked;
