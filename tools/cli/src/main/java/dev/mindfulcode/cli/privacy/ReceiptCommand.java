package dev.mindfulcode.cli.privacy;

import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.UserErrorException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code mindful receipt}: checks the signed receipt of an erasure, without a network. */
@Command(
        name = "receipt",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Checks the signed receipt of an erased account, offline.")
public final class ReceiptCommand extends CliCommand implements Runnable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final long FILE_BYTES_MAX = 1 << 20;

    @Override
    public void run() {
        throw invalid("Missing command: verify.");
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = "Checks a receipt's signature and prints what was erased and when.")
    void verify(
            @Parameters(paramLabel = "FILE", description = "The signed receipt, as downloaded.") Path file,
            @Option(
                            names = "--keys",
                            required = true,
                            paramLabel = "FILE",
                            description = "The service's keys: a copy of /.well-known/mindful-receipt-keys.json.")
                    Path keys,
            @Option(
                            names = "--receipt",
                            paramLabel = "RECEIPT",
                            description = "With --user: also checks whose account it was.")
                    @Nullable
                    String receipt,
            @Option(names = "--user", paramLabel = "USER-ID", description = "The id of the erased account.") @Nullable
                    UUID user,
            @Option(names = "--json", description = "Prints the content as JSON.") boolean isJson) {
        JsonNode content = SignedReceipt.parse(text(file)).verified(json(keys));
        JsonNode erasure = content.path("erasure");
        if (receipt != null && user != null) {
            requireAccount(erasure, receipt, user);
        }
        PrintWriter out = out();
        if (isJson) {
            out.println(content);
        } else {
            print(out, content, erasure);
        }
        out.flush();
    }

    private static void print(PrintWriter out, JsonNode content, JsonNode erasure) {
        out.println("The signature is valid: issuer=" + content.path("issuer").asString("") + ", issued at="
                + content.path("issued_at").asString(""));
        out.println("Erasure: state=" + erasure.path("state").asString("") + ", requested at="
                + erasure.path("requested_at").asString("") + ", completed at="
                + erasure.path("completed_at").asString("-"));
        for (JsonNode place : erasure.path("places")) {
            out.printf(
                    "  %-20s %-9s %s%n",
                    place.path("place").asString(""),
                    place.path("state").asString(""),
                    place.path("done_at").asString("-"));
            if (place.hasNonNull("detail")) {
                out.println("      " + place.path("detail").asString(""));
            }
        }
    }

    private static void requireAccount(JsonNode erasure, String receipt, UUID user) {
        try {
            String digest = Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(MessageDigest.getInstance("SHA-256")
                            .digest((receipt + "/" + user).getBytes(StandardCharsets.UTF_8)));
            if (!digest.equals(erasure.path("account_digest").asString(""))) {
                throw new UserErrorException("The receipt is valid, but of another account.");
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode json(Path file) {
        try {
            return JSON.readTree(text(file));
        } catch (JacksonException e) {
            throw new UserErrorException(file + " is not JSON.");
        }
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new UserErrorException(file + " is larger than a receipt can be.");
            }
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UserErrorException("Cannot read " + file + ": " + e.getMessage());
        }
    }
}
