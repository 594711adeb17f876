@NullMarked
package dev.mindfulcode.webhooks;

import org.jspecify.annotations.NullMarked;
