/** What an operator asks: is it well, and what does it measure. */
@NullMarked
package dev.mindfulcode.apigateway.operations;

import org.jspecify.annotations.NullMarked;
