@NullMarked
package dev.mindfulcode.cli.cluster;

import org.jspecify.annotations.NullMarked;
