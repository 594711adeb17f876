@org.jspecify.annotations.NullMarked
package dev.mindfulcode.projectionservice;
