/** Endpoints: declaration, routing, request bodies and parameters. */
@NullMarked
package dev.mindfulcode.webkit.endpoints;

import org.jspecify.annotations.NullMarked;
