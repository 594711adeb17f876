/** What the gateway says about itself: the OpenAPI document, and a page to try it in. */
@NullMarked
package dev.mindfulcode.apigateway.documents;

import org.jspecify.annotations.NullMarked;
