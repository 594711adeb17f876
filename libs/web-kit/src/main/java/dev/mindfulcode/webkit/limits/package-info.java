/** Rate limits: token buckets in memory or Redis, and the addresses of clients. */
@NullMarked
package dev.mindfulcode.webkit.limits;

import org.jspecify.annotations.NullMarked;
