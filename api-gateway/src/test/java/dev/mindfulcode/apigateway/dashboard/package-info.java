/** The dashboard: its page at the address of each view, and its files. */
@NullMarked
package dev.mindfulcode.apigateway.dashboard;

import org.jspecify.annotations.NullMarked;
