/**
 * The Kafka Streams topology that turns keystroke batches into flow states, flow periods and flow minutes: a thin shell
 * around flow-engine. {@link dev.mindfulcode.flowstream.FlowTopology} is the whole of it on one screen.
 */
@org.jspecify.annotations.NullMarked
package dev.mindfulcode.flowstream;
