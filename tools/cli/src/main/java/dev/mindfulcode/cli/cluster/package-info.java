/** Commands that prepare a Kafka cluster and a schema registry for the services. */
@NullMarked
package dev.mindfulcode.cli.cluster;

import org.jspecify.annotations.NullMarked;
