package dev.mindfulcode.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadAfterTokenTest {

    @Test
    void hasAStableForm() {
        ReadAfterToken token = new ReadAfterToken("keystrokes", 3, 1_234);

        assertThat(token.text()).isEqualTo("MTprZXlzdHJva2VzOjM6MTIzNA");
        assertThat(ReadAfterToken.parse(token.text())).isEqualTo(token);
    }

    @Test
    void rejectsInvalidBase64AndLongText() {
        assertThat(ReadAfterToken.parse("?")).isNull();
        assertThat(ReadAfterToken.parse("MTpr".repeat(40))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1:sessions:0",
                "2:sessions:0:0",
                "1:sessions:-1:0",
                "1:sessions:0:1000000000000000000",
                "1:sessions:123456:0",
                "1:Sessions:0:0"
            })
    void rejectsOtherForms(String decoded) {
        assertThat(ReadAfterToken.parse(Base64.getUrlEncoder().encodeToString(decoded.getBytes())))
                .isNull();
    }
}
