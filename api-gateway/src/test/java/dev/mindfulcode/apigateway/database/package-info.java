@NullMarked
package dev.mindfulcode.apigateway.database;

import org.jspecify.annotations.NullMarked;
