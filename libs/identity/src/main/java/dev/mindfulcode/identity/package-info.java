/**
 * For whom a credential speaks, and whether it still may: access tokens of ours and of a trusted issuer, API keys,
 * revocations.
 */
@NullMarked
package dev.mindfulcode.identity;

import org.jspecify.annotations.NullMarked;
