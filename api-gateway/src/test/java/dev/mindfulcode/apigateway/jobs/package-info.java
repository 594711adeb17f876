@NullMarked
package dev.mindfulcode.apigateway.jobs;

import org.jspecify.annotations.NullMarked;
