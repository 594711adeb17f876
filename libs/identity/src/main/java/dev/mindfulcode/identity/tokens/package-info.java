/** Credentials as rows: refresh tokens, signing keys, API keys, and revocations of them. */
@NullMarked
package dev.mindfulcode.identity.tokens;

import org.jspecify.annotations.NullMarked;
