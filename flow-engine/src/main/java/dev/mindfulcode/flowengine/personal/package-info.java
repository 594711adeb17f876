/** What one person means by flow, learned from their own answers and laid over the model's reading. */
@NullMarked
package dev.mindfulcode.flowengine.personal;

import org.jspecify.annotations.NullMarked;
