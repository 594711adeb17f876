package dev.mindfulcode.apigateway.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.MessagingException;
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
import org.springframework.mail.MailAuthenticationException;
import org.springframework.mail.MailSendException;

class NoticeMailTest {

    /** A server that relays for nobody answers 550, too: that is no reason to purge without a notice. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            550 | 550 5.1.1 <ada@example.org>: User unknown   | REJECTED
            553 | 553 5.1.3 bad address                       | REJECTED
            550 | 550-5.1.1 The email account does not exist. | REJECTED
            550 | 550 5.2.1 mailbox disabled                  | REJECTED
            550 | 550 5.7.1 relaying denied                   | DEFERRED
            550 | 550 No such user                            | REFUSED
            552 | 552 5.2.2 mailbox full                      | REFUSED
            450 | 450 4.1.1 try again                         | DEFERRED
            """)
    void distinguishesAMissingMailboxFromOtherRefusals(int status, String response, NoticeMail.Outcome outcome)
            throws AddressException {
        SendFailedException failed = new SendFailedException(
                "Invalid Addresses",
                new SMTPAddressFailedException(
                        new InternetAddress("ada@example.org"), "RCPT TO:<ada@example.org>", status, response));
        assertThat(NoticeMail.outcome(new MailSendException(Map.of("message", failed))))
                .isEqualTo(outcome);
    }

    @Test
    void countsAFailureWithoutAnAddressAsOneOfTheServer() {
        assertThat(NoticeMail.outcome(new MailSendException("", new MessagingException("connect"))))
                .isEqualTo(NoticeMail.Outcome.FAILED);
        assertThat(NoticeMail.outcome(new MailAuthenticationException("535"))).isEqualTo(NoticeMail.Outcome.FAILED);
    }

    @Test
    void requiresTlsExceptOnThisMachine() {
        assertThat(SmtpSettings.isTlsRequired(URI.create("smtp://mail.example.org")))
                .isTrue();
        assertThat(SmtpSettings.isTlsRequired(URI.create("smtp://a:b@127.0.0.1")))
                .isTrue();
        assertThat(SmtpSettings.isTlsRequired(URI.create("smtp://127.0.0.1:25")))
                .isFalse();
        assertThat(SmtpSettings.isTlsRequired(URI.create("smtp://[::1]"))).isFalse();
        assertThat(SmtpSettings.isTlsRequired(URI.create("smtp://localhost"))).isFalse();
        assertThat(SmtpSettings.isTlsRequired(URI.create("smtps://mail.example.org")))
                .isFalse();
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
