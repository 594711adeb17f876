/** Statistics with intervals, and insights, from totals of a person's history. */
@org.jspecify.annotations.NullMarked
package dev.mindfulcode.flowengine.insight;
