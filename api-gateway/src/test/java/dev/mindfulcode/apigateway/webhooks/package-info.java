@NullMarked
package dev.mindfulcode.apigateway.webhooks;

import org.jspecify.annotations.NullMarked;
