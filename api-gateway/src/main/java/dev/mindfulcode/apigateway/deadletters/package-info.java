/** {@code /api/admin/dead-letters}: what the services rejected, for operators to read and redrive. */
@NullMarked
package dev.mindfulcode.apigateway.deadletters;

import org.jspecify.annotations.NullMarked;
