package dev.mindfulcode.cli.plugins;

import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.pluginhost.Manifest;
import dev.mindfulcode.pluginhost.PluginRefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A plugin in a folder: {@code manifest.json} and the module, named after the plugin. */
@SuppressWarnings("ArrayRecordComponent") // read once and handed on
public record PluginFolder(String name, byte[] manifest, byte[] module) {

    private static final long FILE_BYTES_MAX = 4L << 20;

    public static PluginFolder read(Path folder) {
        byte[] manifest = bytes(folder.resolve("manifest.json"), "");
        String name;
        try {
            name = Manifest.parse(manifest).name();
        } catch (PluginRefusedException e) {
            throw new UserErrorException(String.valueOf(e.getMessage()), e);
        }
        return new PluginFolder(
                name, manifest, bytes(folder.resolve(name + ".wasm"), ": build it first, see its README.md"));
    }

    private static byte[] bytes(Path file, String advice) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new UserErrorException(file + " is too large for a plugin");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UserErrorException("Cannot read " + file + advice, e);
        }
    }
}
