/** The API description (OpenAPI), and a page to read and try it. */
@NullMarked
package dev.mindfulcode.apigateway.documents;

import org.jspecify.annotations.NullMarked;
