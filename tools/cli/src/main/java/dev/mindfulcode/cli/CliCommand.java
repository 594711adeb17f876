package dev.mindfulcode.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command of the command line, with its terminal. */
public abstract class CliCommand {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private CommandSpec spec;

    protected final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    protected final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    protected final void print(String line) {
        out().println(line);
        out().flush();
    }

    /** Returns the error of invalid options, which also prints the usage. */
    protected final ParameterException invalid(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
