package dev.mindfulcode.apigateway.privacy;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.MimeMessage;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Properties;
import java.util.UUID;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.mail.MailException;
import org.springframework.mail.MailSendException;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import org.springframework.mail.javamail.MimeMessageHelper;

/** Sends notices of a purge by e-mail. Blocks. Logs no address: messages of exceptions have one. */
final class NoticeMail {

    private static final Logger log = LoggerFactory.getLogger(NoticeMail.class);

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** Status codes of RFC 3463 by which no mailbox has the address, or it has been closed. */
    private static final Pattern NO_MAILBOX = Pattern.compile("5\\d\\d[ -]5\\.(1\\.\\d+|2\\.1)\\b.*", Pattern.DOTALL);

    /** Refusals for good, except by policy: servers that relay for nobody answer 5.7.x to each address. */
    private static final Pattern REFUSED = Pattern.compile("5\\d\\d(?![ -]5\\.7\\.).*", Pattern.DOTALL);

    enum Outcome {
        SENT,
        /** The address has no mailbox. */
        REJECTED,
        /** The server refuses the address for good and does not say that it has no mailbox. */
        REFUSED,
        /** The server does not accept the address now, or by policy. */
        DEFERRED,
        /** The server is not available or accepts no mail from here. */
        FAILED
    }

    /** @param purgeDueAt on which day everything about the user is erased */
    record Notice(UUID userId, LocalDate lastActiveOn, int retentionMonths, Instant purgeDueAt) {

        /** Is the same when the notice is sent again, so that mailboxes show it once. */
        String messageId(String from) {
            UUID id = UUID.nameUUIDFromBytes((userId + " " + lastActiveOn).getBytes(StandardCharsets.UTF_8));
            return "<" + id + "@" + from.substring(from.lastIndexOf('@') + 1).replace(">", "") + ">";
        }

        String subject() {
            return "Your Mindful Code account will be erased on " + ActivityRows.day(purgeDueAt);
        }

        String text() {
            return """
                    You have not used Mindful Code since %s. By your privacy settings, everything about you is erased
                    after %d months without activity: on %s (UTC).

                    To keep your account, sign in before that day, or let your editor send something. To take your data
                    along, sign in and export them in the privacy view; that keeps the account, too.

                    If you want everything to be erased, do nothing.

                    This message has no link. Go to the address at which you use Mindful Code.
                    """.formatted(lastActiveOn, retentionMonths, ActivityRows.day(purgeDueAt));
        }
    }

    private final JavaMailSenderImpl sender;
    private final String from;

    private NoticeMail(JavaMailSenderImpl sender, String from) {
        this.sender = sender;
        this.from = from;
    }

    /** Returns null if no mail server is set. */
    static @Nullable NoticeMail of(SmtpSettings settings) {
        URI url = settings.url();
        if (url == null) {
            return null;
        }
        JavaMailSenderImpl sender = new JavaMailSenderImpl();
        String protocol = url.getScheme();
        sender.setProtocol(protocol);
        sender.setHost(url.getHost());
        sender.setPort(SmtpSettings.port(url));
        sender.setDefaultEncoding(StandardCharsets.UTF_8.name());
        String prefix = "mail." + protocol + ".";
        Properties properties = sender.getJavaMailProperties();
        for (String timeout : new String[] {"connectiontimeout", "timeout", "writetimeout"}) {
            properties.setProperty(prefix + timeout, Long.toString(TIMEOUT.toMillis()));
        }
        properties.setProperty(prefix + "starttls.enable", "true");
        properties.setProperty(prefix + "ssl.checkserveridentity", "true");
        String[] credentials = SmtpSettings.credentials(url);
        if (credentials != null) {
            sender.setUsername(credentials[0]);
            sender.setPassword(credentials[1]);
            properties.setProperty(prefix + "auth", "true");
        }
        // No password and no address in clear, except to a server on this machine.
        properties.setProperty(prefix + "starttls.required", Boolean.toString(SmtpSettings.isTlsRequired(url)));
        return new NoticeMail(sender, settings.from());
    }

    Outcome send(Notice notice, String address) {
        try {
            MimeMessage message = sender.createMimeMessage();
            MimeMessageHelper helper = new MimeMessageHelper(message, StandardCharsets.UTF_8.name());
            helper.setFrom(from);
            helper.setTo(address);
            helper.setSubject(notice.subject());
            helper.setText(notice.text());
            message.setHeader("Message-ID", notice.messageId(from));
            message.setHeader("Auto-Submitted", "auto-generated");
            sender.send(message);
            return Outcome.SENT;
        } catch (AddressException e) {
            return Outcome.REJECTED;
        } catch (MessagingException | MailException e) {
            Outcome outcome = outcome(e);
            if (outcome != Outcome.REJECTED) {
                log.warn(
                        "Mail server failed; notices of purges are sent at a later check: outcome={}, error={}",
                        outcome,
                        causes(e));
            }
            return outcome;
        }
    }

    /** Returns what a failure says of the recipient; {@link Outcome#FAILED} if nothing. */
    static Outcome outcome(Exception e) {
        if (e instanceof MailSendException sending) {
            for (Exception failed : sending.getMessageExceptions()) {
                for (@Nullable Throwable cause = failed; cause != null; cause = next(cause)) {
                    if (cause instanceof SMTPAddressFailedException address) {
                        return outcome(String.valueOf(address.getMessage()).strip());
                    }
                }
            }
        }
        return Outcome.FAILED;
    }

    private static Outcome outcome(String response) {
        if (NO_MAILBOX.matcher(response).matches()) {
            return Outcome.REJECTED;
        }
        return REFUSED.matcher(response).matches() ? Outcome.REFUSED : Outcome.DEFERRED;
    }

    private static @Nullable Throwable next(Throwable cause) {
        return cause instanceof MessagingException messaging ? messaging.getNextException() : cause.getCause();
    }

    private static String causes(Exception e) {
        StringBuilder causes = new StringBuilder(e.getClass().getName());
        if (e instanceof MailSendException sending) {
            for (Exception failed : sending.getMessageExceptions()) {
                causes.append(", ").append(failed.getClass().getName());
            }
        }
        return causes.toString();
    }
}
