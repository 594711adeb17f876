/** {@code mindful receipt}: signed receipts of erasures. */
@NullMarked
package dev.mindfulcode.cli.privacy;

import org.jspecify.annotations.NullMarked;
