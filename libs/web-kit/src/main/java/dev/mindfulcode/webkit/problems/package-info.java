/** Problem documents (RFC 9457): one vocabulary for both web services. */
@NullMarked
package dev.mindfulcode.webkit.problems;

import org.jspecify.annotations.NullMarked;
