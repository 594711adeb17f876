/** The whole system in one JVM on this machine, and the command line that runs it and speaks to it. */
@org.jspecify.annotations.NullMarked
package dev.mindfulcode.quickstart;
