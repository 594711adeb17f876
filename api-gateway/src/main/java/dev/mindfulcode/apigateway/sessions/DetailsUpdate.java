package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.dataprotection.SealedText;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.webkit.json.JsonFields;
import java.nio.ByteBuffer;
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

    /** Returns this update and a later one as one. */
    DetailsUpdate followedBy(DetailsUpdate later) {
        return new DetailsUpdate(
                later.project == null ? project : later.project,
                later.language == null ? language : later.language,
                later.editor == null ? editor : later.editor);
    }

    boolean isEmpty() {
        return project == null && language == null && editor == null;
    }

    SealedDetails seal(UserCipher cipher) {
        return new SealedDetails(
                project == null ? null : ByteBuffer.wrap(SealedText.PROJECT.seal(project, cipher)),
                project == null ? null : ByteBuffer.wrap(SealedText.PROJECT.index(project, cipher)),
                language,
                editor == null ? null : ByteBuffer.wrap(SealedText.EDITOR.seal(editor, cipher)));
    }

    /** Without content, as project names are personal. */
    @Override
    public String toString() {
        return "DetailsUpdate";
    }
}
