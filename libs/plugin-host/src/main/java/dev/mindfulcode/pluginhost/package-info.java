/**
 * The sandbox that other people's analytics run in: WebAssembly modules that fold records, with nothing to reach but
 * what was granted.
 *
 * <p>{@link dev.mindfulcode.pluginhost.PluginHost} loads a module as a {@link dev.mindfulcode.pluginhost.Plugin}, and each
 * use of it is a {@link dev.mindfulcode.pluginhost.PluginRun} with a memory of its own. What a module sees is
 * docs/plugin-abi.md, byte by byte. Guests run on the host's own threads, within
 * {@link dev.mindfulcode.pluginhost.PluginLimits}, and every end of a call is an {@link dev.mindfulcode.pluginhost.Outcome}.
 * Nothing here knows of Kafka, Postgres or HTTP.
 */
@NullMarked
package dev.mindfulcode.pluginhost;

import org.jspecify.annotations.NullMarked;
