/** HTTP/1.x connections: conformance, timeouts and liveness. */
@NullMarked
package dev.mindfulcode.webkit.transport;

import org.jspecify.annotations.NullMarked;
