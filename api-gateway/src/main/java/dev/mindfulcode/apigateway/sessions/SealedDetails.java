package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.schemas.SessionEvent;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Details of a session as events and the read model hold them: project and editor encrypted with the user's key, the
 * project with its blind index. Null leaves one as it is.
 */
record SealedDetails(
        @Nullable ByteBuffer project,
        @Nullable ByteBuffer projectIndex,
        @Nullable String language,
        @Nullable ByteBuffer editor) {

    void addTo(SessionEvent event) {
        event.setProject(project);
        event.setProjectIndex(projectIndex);
        event.setLanguage(language);
        event.setEditor(editor);
    }

    @Override
    public String toString() {
        return "SealedDetails";
    }
}
