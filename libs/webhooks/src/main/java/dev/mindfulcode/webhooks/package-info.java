/** Delivery to addresses that users name: signed, retried, and to public addresses only. */
@NullMarked
package dev.mindfulcode.webhooks;

import org.jspecify.annotations.NullMarked;
