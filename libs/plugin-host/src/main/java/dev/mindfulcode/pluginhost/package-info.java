/**
 * The sandbox of plugins: WebAssembly modules that fold records and can access only what was granted.
 *
 * <p>{@link dev.mindfulcode.pluginhost.PluginHost} loads a module as a {@link dev.mindfulcode.pluginhost.Plugin}; each
 * use is a {@link dev.mindfulcode.pluginhost.PluginRun} with its own memory. docs/plugin-abi.md specifies the
 * interface. Guests run on the host's threads within {@link dev.mindfulcode.pluginhost.PluginLimits}; each call ends
 * with an {@link dev.mindfulcode.pluginhost.Outcome}. Independent of Kafka, Postgres and HTTP.
 */
@NullMarked
package dev.mindfulcode.pluginhost;

import org.jspecify.annotations.NullMarked;
