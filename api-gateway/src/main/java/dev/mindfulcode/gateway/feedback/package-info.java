/** What users say about their own flow. */
@NullMarked
package dev.mindfulcode.gateway.feedback;

import org.jspecify.annotations.NullMarked;
