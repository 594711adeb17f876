/** The pooled, non-blocking way to Postgres, and the schema this service owns. */
@NullMarked
package dev.mindfulcode.apigateway.database;

import org.jspecify.annotations.NullMarked;
