/** Settings of collection: level, excluded projects and languages, retention, and their history. */
@NullMarked
package dev.mindfulcode.apigateway.collection;

import org.jspecify.annotations.NullMarked;
