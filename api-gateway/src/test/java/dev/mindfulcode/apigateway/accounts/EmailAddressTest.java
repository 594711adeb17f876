package dev.mindfulcode.apigateway.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmailAddressTest {

    @ParameterizedTest
    @CsvSource({
        "Ada@Example.ORG, ada@example.org",
        "ada+code@example.org, ada+code@example.org",
        "ada@exämple.org, ada@xn--exmple-cua.org",
        "jürgen@example.org, jürgen@example.org",
        "ａｄａ@example.org, ada@example.org",
        "ada@Straße.de, ada@xn--strae-oqa.de",
        "ada@STRASSE.de, ada@strasse.de",
        "ada@βόλος.com, ada@xn--nxasmm1c.com",
        "ada@例え。テスト, ada@xn--r8jz45g.xn--zckzah",
        "ada@XN--STRAE-OQA.de, ada@xn--strae-oqa.de",
        // U with a combining diaeresis, and composed.
        "ju\u0308rgen@mu\u0308ller.de, j\u00fcrgen@xn--mller-kva.de",
        "JÜRGEN@MÜLLER.DE, jürgen@xn--mller-kva.de",
        "straße@example.org, straße@example.org"
    })
    void normalisesSpellingsOfOneAddress(String text, String normalised) {
        EmailAddress address = EmailAddress.parse(text);
        assertThat(address).isNotNull().extracting(EmailAddress::normalised).isEqualTo(normalised);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "विद्या@उदाहरण.भारत", // marks of Devanagari
                "क्‍ष@उदाहरण.भारत", // a joiner after a virama
                "นิด@ตัวอย่าง.ไทย",
                "ნინო@მაგალითი.გე",
                "δοκιμή@παράδειγμα.δοκιμή",
                "用户@例子.广告",
                "사용자@예시.한국",
                "مستخدم@مثال.إختبار",
                "می‌خواهم@مثال.إختبار", // a non-joiner of Persian
                "משתמש@דוגמה.טעסט",
                "użytkownik@przykład.pl",
                "người@vídụ.vn"
            })
    void acceptsAddressesOfEveryScript(String text) {
        EmailAddress composed =
                Objects.requireNonNull(EmailAddress.parse(Normalizer.normalize(text, Normalizer.Form.NFC)));
        assertThat(EmailAddress.parse(Normalizer.normalize(text, Normalizer.Form.NFD)))
                .isEqualTo(composed);
        assertThat(EmailAddress.parse(composed.normalised())).isEqualTo(composed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\u200cda@example.org", // invisible, and no script writes it
                "\u0308ada@example.org",
                "ada@exa\u200bmple.org\u0000",
                "ada@-example.org",
                "ada@xn--a.org", // no Punycode of anything
                "ada@مثالa.org", // right to left, and not
                "ada@exam_ple.org"
            })
    void rejectsOtherText(String text) {
        assertThat(EmailAddress.parse(text)).isNull();
    }

    @Test
    void limitsLengthsAsTheStandardDoes() {
        assertThat(EmailAddress.parse("a".repeat(64) + "@example.org")).isNotNull();
        assertThat(EmailAddress.parse("a".repeat(65) + "@example.org")).isNull();
        assertThat(EmailAddress.parse("a@" + "b".repeat(64) + ".org")).isNull();
        assertThat(EmailAddress.parse("a@" + "bcd.".repeat(63) + "org")).isNull();
    }
}
