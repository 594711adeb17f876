package dev.mindfulcode.pluginhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.pluginhost.PluginRecord.FlowAnalysis;
import dev.mindfulcode.pluginhost.PluginRecord.KeystrokeIntervals;
import dev.mindfulcode.pluginhost.PluginRecord.SessionEvent;
import dev.mindfulcode.pluginhost.PluginRecord.Signals;
import dev.mindfulcode.pluginhost.PluginRecord.TeamWindow;
import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The layouts of docs/plugin-abi.md, to the byte: other people's modules are compiled against them. */
class PluginRecordTest {
    private static final UUID SESSION = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final String ID = "00112233445566778899aabbccddeeff";
    private static final long AT_MS = 0x0000_0191_0203_0405L;
    private static final String AT = "0504030291010000";

    @Test
    void encodesKeystrokesAsHeaderAndArrays() {
        KeystrokeIntervals keystrokes = new KeystrokeIntervals(
                SESSION,
                7,
                AT_MS,
                -90,
                new int[] {120, 300},
                new int[] {80, 81},
                new byte[] {0, 6},
                new Signals(new int[] {50}, new int[] {1}, new byte[] {3}));

        assertThat(hex(keystrokes))
                .isEqualTo(AT + ID + "07000000" + "a6ff" + "0000" + "02000000" + "02000000" + "01000000" + "00000000"
                        + "78000000" + "2c010000" + "50000000" + "51000000" + "32000000" + "01000000" + "03000000"
                        + "0006");
    }

    @Test
    void encodesSessionEventIn48Bytes() {
        SessionEvent event = new SessionEvent(SESSION, AT_MS, 120, 6, PluginRecord.NOT_GIVEN_MS, AT_MS);

        assertThat(hex(event)).isEqualTo(AT + ID + "06" + "00" + "7800" + "00000000" + "0000000000000080" + AT);
    }

    @Test
    void encodesFlowAnalysisIn120Bytes() {
        FlowAnalysis analysis = new FlowAnalysis(
                SESSION,
                AT_MS,
                60,
                1,
                true,
                new FlowAnalysis.Features(1f, 0.5f, 0.25f, 2f, 4f, 8f, 16f),
                1,
                new FlowAnalysis.Totals(2, 3, 4, 5, 6, 1.0, 7));

        assertThat(hex(analysis))
                .isEqualTo(
                        AT + ID + "01" + "01" + "3c00" + "0000803f" + "0000003f" + "0000803e" + "00000040" + "00008040"
                                + "00000041" + "00008041" + "0100000000000000" + "0200000000000000" + "0300000000000000"
                                + "0400000000000000" + "0500000000000000" + "0600000000000000" + "000000000000f03f"
                                + "0700000000000000");
    }

    @Test
    void encodesTeamWindowIn80Bytes() {
        TeamWindow window = new TeamWindow(AT_MS, AT_MS, 2, 5, true, 1, 1, 1, 1, 1, 2);

        assertThat(hex(window))
                .isEqualTo(AT + AT + "0200000000000000" + "05000000" + "01000000" + "000000000000f03f".repeat(5)
                        + "0000000000000040");
    }

    @Test
    void rejectsArraysOfDifferentLengths() {
        assertThatThrownBy(() ->
                        new KeystrokeIntervals(SESSION, 0, 0, 0, new int[2], new int[1], new byte[2], Signals.NONE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        new KeystrokeIntervals(SESSION, 0, 0, 0, new int[2], new int[0], new byte[1], Signals.NONE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Signals(new int[1], new int[1], new byte[2]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static String hex(PluginRecord record) {
        return HexFormat.of().formatHex(record.encode());
    }
}
