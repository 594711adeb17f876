package dev.mindfulcode.cli;

import dev.mindfulcode.embeddedplatform.PlatformException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Tells a failure in a sentence where it was foreseen; anything else is a defect and shows its trace. */
public final class CliExceptionHandler implements IExecutionExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(CliExceptionHandler.class);

    @Override
    public int handleExecutionException(Exception failure, CommandLine commandLine, ParseResult result)
            throws Exception {
        if (failure instanceof UserErrorException || failure instanceof PlatformException) {
            log.error("Refused", failure);
            commandLine.getErr().println(commandLine.getColorScheme().errorText("mindful: " + failure.getMessage()));
            return CommandLine.ExitCode.SOFTWARE;
        }
        throw failure;
    }
}
