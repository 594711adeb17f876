package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.schemas.SessionDetails;
import dev.mindfulcode.webkit.json.JsonFields;
import org.jspecify.annotations.Nullable;

/** What the user says about a session. Null: not said, and in an update unchanged. */
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

    /** Never what it says: names of projects are personal. */
    @Override
    public String toString() {
        return "DetailsUpdate";
    }
}
