@NullMarked
package dev.mindfulcode.gateway.accounts;

import org.jspecify.annotations.NullMarked;
