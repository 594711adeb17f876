package dev.mindfulcode.quickstart.plugin;

import dev.mindfulcode.pluginhost.Manifest;
import dev.mindfulcode.pluginhost.PluginRefusedException;
import dev.mindfulcode.quickstart.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A plugin as it lies in a folder: {@code manifest.json}, and beside it the module under the plugin's name. */
@SuppressWarnings("ArrayRecordComponent") // read once and handed on
record PluginFolder(String name, byte[] manifest, byte[] module) {

    private static final long FILE_BYTES_MAX = 4L << 20;

    static PluginFolder read(Path folder) {
        byte[] manifest = bytes(folder.resolve("manifest.json"), "");
        String name;
        try {
            name = Manifest.parse(manifest).name();
        } catch (PluginRefusedException e) {
            throw new RefusedException(String.valueOf(e.getMessage()), e);
        }
        return new PluginFolder(
                name, manifest, bytes(folder.resolve(name + ".wasm"), ": build it first, see its README.md"));
    }

    private static byte[] bytes(Path file, String advice) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new RefusedException(file + " is too large for a plugin");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new RefusedException("Cannot read " + file + advice, e);
        }
    }
}
