/** What a person's history says, with how sure that is: arithmetic on totals, never on keystrokes. */
@org.jspecify.annotations.NullMarked
package dev.mindfulcode.flowengine.insight;
