@NullMarked
package dev.mindfulcode.gateway.teams;

import org.jspecify.annotations.NullMarked;
