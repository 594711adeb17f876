package dev.mindfulcode.gateway.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmailAddressTest {

    @ParameterizedTest
    @CsvSource({
        "Ada@Example.ORG, ada@example.org",
        "ada+code@example.org, ada+code@example.org",
        "ada@exämple.org, ada@xn--exmple-cua.org",
        "jürgen@example.org, jürgen@example.org",
        "ａｄａ@example.org, ada@example.org"
    })
    void spellingsOfOneAddressAreOneAddress(String text, String normalised) {
        EmailAddress address = EmailAddress.parse(text);
        assertThat(address).isNotNull().extracting(EmailAddress::normalised).isEqualTo(normalised);
    }

    @Test
    void lengthsAreThoseOfTheStandard() {
        assertThat(EmailAddress.parse("a".repeat(64) + "@example.org")).isNotNull();
        assertThat(EmailAddress.parse("a".repeat(65) + "@example.org")).isNull();
        assertThat(EmailAddress.parse("a@" + "b".repeat(64) + ".org")).isNull();
        assertThat(EmailAddress.parse("a@" + "bcd.".repeat(63) + "org")).isNull();
    }
}
