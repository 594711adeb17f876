/** Verification of credentials: local and OIDC access tokens, API keys, and their revocation. */
@NullMarked
package dev.mindfulcode.identity;

import org.jspecify.annotations.NullMarked;
