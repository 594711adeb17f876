package dev.mindfulcode.cli.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ReceiptCommandTest {

    private static final String RECEIPT = "r".repeat(43);
    private static final UUID USER = UUID.fromString("0192f0c1-0000-7000-8000-000000000001");
    private static final String HEADER = "{\"alg\":\"EdDSA\",\"typ\":\"mindful-receipt+jws\",\"kid\":\"one\"}";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    void verifiesReceiptsOfManyKeys() throws Exception {
        for (int i = 0; i < 20; i++) {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            keys("one", pair);
            receipt(HEADER, content(), pair);
            assertThat(verify("--receipt", RECEIPT, "--user", USER.toString()))
                    .as(err.toString())
                    .isZero();
        }
        assertThat(out.toString())
                .contains("signature is valid")
                .contains("complete")
                .contains("rotate the key");
    }

    @Test
    void refusesChangedReceiptsAndThoseOfOtherKeysOrAccounts() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        keys("one", pair);
        receipt(HEADER, content(), pair);
        String signed = Files.readString(folder.resolve("receipt"));

        String changed = signed.split("\\.")[0] + "." + base64(content().replace("complete", "finished")) + "."
                + signed.split("\\.")[2];
        Files.writeString(folder.resolve("receipt"), changed);
        assertRefused("signature is wrong");

        Files.writeString(folder.resolve("receipt"), signed);
        assertThat(verify("--receipt", RECEIPT, "--user", UUID.randomUUID().toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("another account");

        keys("one", KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
        assertRefused("signature is wrong");
        keys("two", pair);
        assertRefused("do not include");

        keys("one", pair);
        receipt(HEADER.replace("EdDSA", "none"), content(), pair);
        assertRefused("no receipt");
        Files.writeString(folder.resolve("receipt"), "a.b");
        assertRefused("three parts");
        Files.writeString(folder.resolve("receipt"), "{.}.!");
        assertRefused("base64url");
    }

    private void assertRefused(String reason) {
        err.getBuffer().setLength(0);
        assertThat(verify()).isEqualTo(1);
        assertThat(err.toString()).contains(reason);
    }

    private static String content() throws Exception {
        byte[] digest =
                MessageDigest.getInstance("SHA-256").digest((RECEIPT + "/" + USER).getBytes(StandardCharsets.UTF_8));
        return "{\"issuer\":\"mindful-code\",\"erasure\":{\"state\":\"complete\",\"account_digest\":\""
                + Base64.getUrlEncoder().withoutPadding().encodeToString(digest)
                + "\",\"places\":[{\"place\":\"backups\",\"state\":\"operator\",\"detail\":\"rotate the key\"}]}}";
    }

    private void receipt(String header, String content, KeyPair pair) throws Exception {
        String input = base64(header) + "." + base64(content);
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(pair.getPrivate());
        signature.update(input.getBytes(StandardCharsets.US_ASCII));
        Files.writeString(
                folder.resolve("receipt"),
                input + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign()) + "\n");
    }

    /** The last 32 bytes of the encoded key are the key of RFC 8032. */
    private void keys(String id, KeyPair pair) throws Exception {
        byte[] encoded = pair.getPublic().getEncoded();
        byte[] x = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
        Files.writeString(
                folder.resolve("keys"),
                "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"" + id + "\",\"x\":\""
                        + Base64.getUrlEncoder().withoutPadding().encodeToString(x) + "\"}]}");
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private int verify(String... more) {
        String[] arguments = new String[4 + more.length];
        arguments[0] = "verify";
        arguments[1] = folder.resolve("receipt").toString();
        arguments[2] = "--keys";
        arguments[3] = folder.resolve("keys").toString();
        System.arraycopy(more, 0, arguments, 4, more.length);
        return new CommandLine(new ReceiptCommand())
                .setExecutionExceptionHandler((e, command, _) -> {
                    command.getErr().println(e.getMessage());
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
