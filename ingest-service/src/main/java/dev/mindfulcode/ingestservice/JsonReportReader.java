package dev.mindfulcode.ingestservice;

import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads JSON uploads of reports of features with the rules of {@link JsonUploadReader}. */
final class JsonReportReader implements UploadReader {

    /** Reading never leaves its thread, and only the few threads of the event loop read. */
    private static final ThreadLocal<ReportBuilder> BUFFERS = ThreadLocal.withInitial(ReportBuilder::new);

    @Override
    public Upload read(byte[] body, int length) {
        ReportBuilder buffer = BUFFERS.get();
        return JsonUploadParser.read(body, length, buffer.position, in -> new Parser(in, buffer));
    }

    private static final class Parser extends JsonUploadParser {

        private static final List<String> FIELDS = List.of(
                "report_id",
                "session_id",
                "sequence",
                "started_at",
                "duration_ms",
                "keystrokes",
                "errors",
                "context_switches",
                "files_modified",
                "active_ms",
                "scores",
                "focus_losses",
                "lines");
        private static final int REQUIRED = FIELDS.indexOf("scores") + 1;
        private static final List<String> SCORES =
                List.of("rhythm", "focus", "consistency", "error_penalty", "velocity");

        private final ReportBuilder buffer;

        Parser(JsonParser in, ReportBuilder buffer) {
            super(in, buffer, "report", "reports", FIELDS, REQUIRED);
            this.buffer = buffer;
        }

        @Override
        void read(String field) {
            switch (field) {
                case "report_id" -> buffer.id(uuid());
                case "session_id" -> buffer.sessionId(uuid());
                case "sequence" -> buffer.sequence(wholeNumber());
                case "started_at" -> buffer.startedAt(wholeNumber());
                case "duration_ms" -> buffer.durationMs(wholeNumber());
                case "keystrokes" -> buffer.keystrokes(wholeNumber());
                case "errors" -> buffer.errors(wholeNumber());
                case "context_switches" -> buffer.contextSwitches(wholeNumber());
                case "focus_losses" -> buffer.focusLosses(wholeNumber());
                case "lines" -> buffer.lines(wholeNumber());
                case "files_modified" -> buffer.filesModified(wholeNumber());
                case "active_ms" -> buffer.activeMs(wholeNumber());
                case "scores" -> scores();
                default -> throw new IllegalArgumentException("No field of a report: " + field);
            }
        }

        private void scores() {
            if (in.currentToken() != JsonToken.START_OBJECT) {
                throw position.invalid("Must be an object with five scores");
            }
            int seen = 0;
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                position.member(name);
                int index = SCORES.indexOf(name);
                if (index < 0) {
                    throw position.invalid("Not a score");
                }
                if ((seen & 1 << index) != 0) {
                    throw position.invalid("Given twice");
                }
                seen |= 1 << index;
                in.nextToken();
                score(name);
            }
            for (int i = 0; i < SCORES.size(); i++) {
                if ((seen & 1 << i) == 0) {
                    position.member(SCORES.get(i));
                    throw position.invalid("Missing");
                }
            }
        }

        private void score(String name) {
            double value = number();
            switch (name) {
                case "rhythm" -> buffer.rhythm(value);
                case "focus" -> buffer.focus(value);
                case "consistency" -> buffer.consistency(value);
                case "error_penalty" -> buffer.errorPenalty(value);
                case "velocity" -> buffer.velocity(value);
                default -> throw new IllegalArgumentException("No score: " + name);
            }
        }

        private double number() {
            if (in.currentToken() == JsonToken.VALUE_NUMBER_INT || in.currentToken() == JsonToken.VALUE_NUMBER_FLOAT) {
                try {
                    return in.getDoubleValue();
                } catch (JacksonException | NumberFormatException e) {
                    throw position.invalid("Must be a number from 0 to 1");
                }
            }
            throw position.invalid("Must be a number");
        }
    }
}
