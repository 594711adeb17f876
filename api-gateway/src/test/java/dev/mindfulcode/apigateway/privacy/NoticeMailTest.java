package dev.mindfulcode.apigateway.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.SendFailedException;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mail.MailSendException;

class NoticeMailTest {

    /** A server that relays for nobody answers 550, too: that is no reason to purge without a notice. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            550 | 550 5.1.1 <ada@example.org>: User unknown   | true
            553 | 553 5.1.3 bad address                       | true
            550 | 550-5.1.1 The email account does not exist. | true
            550 | 550 5.2.1 mailbox disabled                  | true
            550 | 550 5.7.1 relaying denied                   | false
            550 | 550 no                                      | false
            552 | 552 5.2.2 mailbox full                      | false
            450 | 450 4.1.1 try again                         | false
            """)
    void distinguishesAMissingMailboxFromOtherRefusals(int status, String response, boolean isRejected)
            throws AddressException {
        SendFailedException failed = new SendFailedException(
                "Invalid Addresses",
                new SMTPAddressFailedException(
                        new InternetAddress("ada@example.org"), "RCPT TO:<ada@example.org>", status, response));
        assertThat(NoticeMail.isRejected(new MailSendException(Map.of("message", failed))))
                .isEqualTo(isRejected);
    }

    @Test
    void hasOneMessageIdForANotice() {
        UUID user = UUID.randomUUID();
        LocalDate day = LocalDate.parse("2024-01-31");
        String first = new NoticeMail.Notice(user, day, 24, Instant.parse("2026-03-01T00:00:00Z"))
                .messageId("Mindful Code <notices@example.com>");
        assertThat(first).endsWith("@example.com>").doesNotContain(user.toString());
        assertThat(new NoticeMail.Notice(user, day, 24, Instant.parse("2026-04-01T00:00:00Z"))
                        .messageId("notices@example.com"))
                .isEqualTo(first);
        assertThat(new NoticeMail.Notice(user, day.plusDays(1), 24, Instant.parse("2026-03-01T00:00:00Z"))
                        .messageId("notices@example.com"))
                .isNotEqualTo(first);
    }

    @Test
    void readsPortAndCredentials() {
        URI url = Objects.requireNonNull(SmtpSettings.parse("smtp://ada:a%40b+c@mail.example.org", "a@example.com")
                .url());
        assertThat(SmtpSettings.port(url)).isEqualTo(587);
        assertThat(SmtpSettings.credentials(url)).containsExactly("ada", "a@b+c");
        URI tls = Objects.requireNonNull(
                SmtpSettings.parse("smtps://mail.example.org/", "a@example.com").url());
        assertThat(SmtpSettings.port(tls)).isEqualTo(465);
        assertThat(SmtpSettings.credentials(tls)).isNull();
        assertThat(NoticeMail.of(SmtpSettings.parse(" ", ""))).isNull();
    }
}
