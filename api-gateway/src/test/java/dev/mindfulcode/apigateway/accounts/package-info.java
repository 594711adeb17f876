@NullMarked
package dev.mindfulcode.apigateway.accounts;

import org.jspecify.annotations.NullMarked;
