package dev.mindfulcode.apigateway.http;

import org.jspecify.annotations.Nullable;

/** RFC 9457's problem details, with the field at fault as an extension member. */
record ProblemDocument(
        String type,
        String title,
        int status,
        String detail,
        @Nullable String field) {}
