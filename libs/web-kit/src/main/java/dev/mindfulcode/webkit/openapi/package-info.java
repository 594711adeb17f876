/** The API description: OpenAPI fragments, completed by endpoint declarations. */
@NullMarked
package dev.mindfulcode.webkit.openapi;

import org.jspecify.annotations.NullMarked;
