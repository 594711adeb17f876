package dev.mindfulcode.pluginhost;

import dev.mindfulcode.pluginhost.PluginRefusedException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The manifest of a plugin: {@code {"abi_version": 1, "name": "deep-work", "version": "1.0.0", "scope": "user",
 * "capabilities": ["flow_analysis", "emit_results"], "window": "week"}}.
 *
 * @param scope one user's own records, or a team's windows. A team plugin receives no record of a single member
 * @param capabilities upper bound of its imports; the user grants capabilities when installing it
 * @param window interval of {@code on_window} calls in the user's time zone, or null for none
 */
public record Manifest(
        String name,
        String version,
        Scope scope,
        Set<Capability> capabilities,
        @Nullable Window window,
        @Nullable String title,
        @Nullable String description) {

    public static final int ABI_VERSION = 1;
    public static final int MANIFEST_BYTES_MAX = 16 * 1024;

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]{0,30}(-[a-z0-9]{1,30}){0,4}");
    private static final Pattern VERSION = Pattern.compile("(0|[1-9][0-9]{0,8})(\\.(0|[1-9][0-9]{0,8})){2}");
    private static final int TITLE_CHARS_MAX = 100;
    private static final int DESCRIPTION_CHARS_MAX = 1_000;

    public enum Scope {
        USER(1),
        TEAM(2);

        private final int code;

        Scope(int code) {
            this.code = code;
        }

        /** Returns the code passed to {@code init}. */
        public int code() {
            return code;
        }
    }

    public enum Window {
        HOUR,
        DAY,
        WEEK
    }

    public Manifest {
        capabilities = Set.copyOf(capabilities);
    }

    public static Manifest parse(byte[] json) throws PluginRefusedException {
        if (json.length > MANIFEST_BYTES_MAX) {
            throw new PluginRefusedException(
                    Reason.MANIFEST, "The manifest is longer than " + MANIFEST_BYTES_MAX + " bytes");
        }
        Map<String, @Nullable Object> fields;
        try {
            fields = PluginJson.object(new String(json, StandardCharsets.UTF_8));
        } catch (PluginJson.MalformedJsonException e) {
            throw new PluginRefusedException(Reason.MANIFEST, "The manifest is not JSON. " + e.getMessage(), e);
        }
        if (!Double.valueOf(ABI_VERSION).equals(fields.remove("abi_version"))) {
            throw wrong("abi_version", "must be " + ABI_VERSION);
        }
        String name = matching(fields, "name", NAME, "must be lower-case words joined by hyphens");
        String version = matching(fields, "version", VERSION, "must be three numbers, for example 1.0.0");
        Scope scope = named(Scope.class, fields.remove("scope"), "scope", "must be user or team");
        Set<Capability> capabilities = capabilities(fields.remove("capabilities"));
        Object window = fields.remove("window");
        Manifest manifest = new Manifest(
                name,
                version,
                scope,
                capabilities,
                window == null ? null : named(Window.class, window, "window", "must be hour, day or week"),
                text(fields, "title", TITLE_CHARS_MAX),
                text(fields, "description", DESCRIPTION_CHARS_MAX));
        for (String unknown : fields.keySet()) {
            throw wrong(PluginRefusedException.shown(unknown), "is not a field of a manifest");
        }
        for (Capability capability : capabilities) {
            boolean ofTeams = capability == Capability.TEAM_WINDOWS;
            if (capability != Capability.EMIT_RESULTS && ofTeams != (scope == Scope.TEAM)) {
                throw wrong(
                        "capabilities",
                        "must not name " + capability.externalName() + " in the scope "
                                + scope.name().toLowerCase(Locale.ROOT));
            }
        }
        return manifest;
    }

    private static Set<Capability> capabilities(@Nullable Object value) throws PluginRefusedException {
        if (!(value instanceof List<?> names)) {
            throw wrong("capabilities", "must be an array of names");
        }
        Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
        for (Object name : names) {
            Capability capability = name instanceof String text ? Capability.ofName(text) : null;
            if (capability == null || !capabilities.add(capability)) {
                throw wrong(
                        "capabilities",
                        "must contain, without duplicates, some of keystroke_intervals, session_events, flow_analysis,"
                                + " team_windows, emit_results");
            }
        }
        return capabilities;
    }

    private static String matching(Map<String, @Nullable Object> fields, String field, Pattern pattern, String rule)
            throws PluginRefusedException {
        if (fields.remove(field) instanceof String text && pattern.matcher(text).matches()) {
            return text;
        }
        throw wrong(field, rule);
    }

    private static @Nullable String text(Map<String, @Nullable Object> fields, String field, int charsMax)
            throws PluginRefusedException {
        if (!fields.containsKey(field)) {
            return null;
        }
        if (fields.remove(field) instanceof String text && text.length() <= charsMax) {
            return text;
        }
        throw wrong(field, "must be a text of at most " + charsMax + " characters");
    }

    private static <E extends Enum<E>> E named(Class<E> type, @Nullable Object value, String field, String rule)
            throws PluginRefusedException {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().toLowerCase(Locale.ROOT).equals(value)) {
                return constant;
            }
        }
        throw wrong(field, rule);
    }

    private static PluginRefusedException wrong(String field, String rule) {
        return new PluginRefusedException(field, rule);
    }
}
