@NullMarked
package dev.mindfulcode.gateway.http;

import org.jspecify.annotations.NullMarked;
