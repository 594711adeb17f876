package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.schemas.SessionDetails;
import dev.mindfulcode.webkit.json.JsonFields;
import org.jspecify.annotations.Nullable;

/** Details of a session as the user sets them; an update leaves null ones unchanged. */
record DetailsUpdate(
        @Nullable String project,
        @Nullable String language,
        @Nullable String editor) {

    static final int LENGTH_MAX = 200;
    static final DetailsUpdate NONE = new DetailsUpdate(null, null, null);

    static DetailsUpdate read(JsonFields body) {
        return new DetailsUpdate(
                body.text("project", LENGTH_MAX), body.text("language", LENGTH_MAX), body.text("editor", LENGTH_MAX));
    }

    boolean isEmpty() {
        return project == null && language == null && editor == null;
    }

    SessionDetails record() {
        SessionDetails details = new SessionDetails();
        if (project != null) {
            details.setProject(project);
        }
        if (language != null) {
            details.setLanguage(language);
        }
        if (editor != null) {
            details.setEditor(editor);
        }
        return details;
    }

    /** Without content, as project names are personal. */
    @Override
    public String toString() {
        return "DetailsUpdate";
    }
}
