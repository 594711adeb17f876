/** What users decide about their own data: settings of collection and their history. */
@NullMarked
package dev.mindfulcode.apigateway.privacy;

import org.jspecify.annotations.NullMarked;
