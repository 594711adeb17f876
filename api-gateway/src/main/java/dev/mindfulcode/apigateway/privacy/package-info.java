/** Rights of users over their data: settings of collection with their history, and erasure with its receipt. */
@NullMarked
package dev.mindfulcode.apigateway.privacy;

import org.jspecify.annotations.NullMarked;
