/**
 * The sandbox that other people's analytics run in: WebAssembly modules that fold records, with nothing to reach but
 * what was granted.
 *
 * <p>{@link dev.mindfulcode.plugins.PluginHost} loads a module as a {@link dev.mindfulcode.plugins.Plugin}, and each
 * use of it is a {@link dev.mindfulcode.plugins.PluginRun} with a memory of its own. What a module sees is
 * docs/plugin-abi.md, byte by byte. Guests run on the host's own threads, within
 * {@link dev.mindfulcode.plugins.Limits}, and every end of a call is an {@link dev.mindfulcode.plugins.Outcome}.
 * Nothing here knows of Kafka, Postgres or HTTP.
 */
@NullMarked
package dev.mindfulcode.plugins;

import org.jspecify.annotations.NullMarked;
