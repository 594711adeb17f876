package dev.mindfulcode.apigateway.portability;

import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.dataprotection.SealedText;
import dev.mindfulcode.dataprotection.UserCipher;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows of sessions with project and editor decrypted. */
final class SessionRows implements Rows {

    private final Rows encrypted;
    private final AsyncUserCiphers ciphers;
    private final UUID userId;

    SessionRows(Rows encrypted, AsyncUserCiphers ciphers, UUID userId) {
        this.encrypted = encrypted;
        this.ciphers = ciphers;
        this.userId = userId;
    }

    @Override
    public @Nullable Row next() {
        Row row = encrypted.next();
        if (row == null) {
            return null;
        }
        UserCipher cipher = ciphers.find(userId).blockOptional().orElseThrow(LogTables.ErasedException::new);
        List<@Nullable Object> values = new ArrayList<>();
        for (int i = 0; i < row.values().size(); i++) {
            SealedText text = switch (row.table().columns().get(i).name()) {
                case "project" -> SealedText.PROJECT;
                case "editor" -> SealedText.EDITOR;
                default -> null;
            };
            Object value = row.values().get(i);
            values.add(text == null ? value : open(text, (ByteBuffer) value, cipher));
        }
        return new Row(row.table(), values);
    }

    /** Returns null for a text that cannot be decrypted. */
    static @Nullable String open(SealedText text, @Nullable ByteBuffer sealed, UserCipher cipher) {
        if (sealed == null) {
            return null;
        }
        byte[] bytes = new byte[sealed.remaining()];
        sealed.duplicate().get(bytes);
        try {
            return text.open(bytes, cipher);
        } catch (GeneralSecurityException e) {
            return null;
        }
    }

    @Override
    public void close() {
        encrypted.close();
    }
}
