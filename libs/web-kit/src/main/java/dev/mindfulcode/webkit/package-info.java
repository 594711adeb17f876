/** What both web servers share below their routes: HTTP/1.x by the letter, and the liveness of connections. */
@NullMarked
package dev.mindfulcode.webkit;

import org.jspecify.annotations.NullMarked;
