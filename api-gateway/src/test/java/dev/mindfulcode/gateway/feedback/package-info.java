@NullMarked
package dev.mindfulcode.gateway.feedback;

import org.jspecify.annotations.NullMarked;
