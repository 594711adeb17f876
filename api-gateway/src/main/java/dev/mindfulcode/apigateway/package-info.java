@org.jspecify.annotations.NullMarked
package dev.mindfulcode.apigateway;
