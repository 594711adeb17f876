@NullMarked
package dev.mindfulcode.gateway.webhooks;

import org.jspecify.annotations.NullMarked;
