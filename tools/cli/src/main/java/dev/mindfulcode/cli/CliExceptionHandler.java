package dev.mindfulcode.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Prints a {@link UserErrorException} as one line; any other exception is a defect and shows its stack trace. */
public final class CliExceptionHandler implements IExecutionExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(CliExceptionHandler.class);

    @Override
    public int handleExecutionException(Exception failure, CommandLine commandLine, ParseResult result)
            throws Exception {
        if (failure instanceof UserErrorException) {
            log.error("Command failed", failure);
            commandLine.getErr().println(commandLine.getColorScheme().errorText("mindful: " + failure.getMessage()));
            return CommandLine.ExitCode.SOFTWARE;
        }
        throw failure;
    }
}
