/** Connection pools for Postgres and the gateway's schema. */
@NullMarked
package dev.mindfulcode.apigateway.database;

import org.jspecify.annotations.NullMarked;
