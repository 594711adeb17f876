@NullMarked
package dev.mindfulcode.gateway.database;

import org.jspecify.annotations.NullMarked;
