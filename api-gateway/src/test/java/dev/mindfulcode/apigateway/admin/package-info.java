@NullMarked
package dev.mindfulcode.apigateway.admin;

import org.jspecify.annotations.NullMarked;
