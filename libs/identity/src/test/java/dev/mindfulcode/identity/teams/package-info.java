@NullMarked
package dev.mindfulcode.identity.teams;

import org.jspecify.annotations.NullMarked;
