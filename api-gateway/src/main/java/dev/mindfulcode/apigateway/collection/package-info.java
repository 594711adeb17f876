/** What users let the product collect: levels, excluded projects and languages, and the history of these settings. */
@NullMarked
package dev.mindfulcode.apigateway.collection;

import org.jspecify.annotations.NullMarked;
