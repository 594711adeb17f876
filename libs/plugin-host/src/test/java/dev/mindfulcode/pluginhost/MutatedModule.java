package dev.mindfulcode.pluginhost;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;

/** The property of any bytes passed as a module. */
final class MutatedModule {
    private static final PluginLimits LIMITS = PluginLimits.standard().withFuelMax(20_000);

    private MutatedModule() {}

    /** Checks that the bytes are rejected with a reason or run within their limits; returns whether they ran. */
    static boolean refusedOrContained(byte[] bytes, WasmEngine engine) {
        Guest guest;
        try {
            guest = GuestModule.load(bytes, EnumSet.allOf(Capability.class), LIMITS, engine)
                    .guest();
        } catch (PluginRefusedException refused) {
            assertThat(refused.getMessage()).isNotBlank().matches("[\\x20-\\x7E…]*");
            return false;
        }
        try {
            guest.start();
            guest.init(Manifest.Scope.USER, 0, 1);
            for (int i = 0; i < 3; i++) {
                guest.onRecord(Capability.SESSION_EVENTS, new byte[48]);
            }
            guest.onWindow(0, 1);
            guest.summarise();
        } catch (Guest.StoppedException _) {
            // Contained.
        }
        assertThat(guest.instance().memory().pages()).isLessThanOrEqualTo(256);
        return true;
    }
}
