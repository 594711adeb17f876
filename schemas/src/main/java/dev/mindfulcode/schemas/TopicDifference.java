package dev.mindfulcode.schemas;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A difference between a cluster's topic and the catalogue. {@code toString} describes it. */
public sealed interface TopicDifference {

    String topic();

    /** Whether {@link TopicSetup#correct} resolves it. */
    boolean isCorrectable();

    record Missing(String topic, int partitions, int replication, Map<String, String> settings)
            implements TopicDifference {

        @Override
        public boolean isCorrectable() {
            return true;
        }

        @Override
        public String toString() {
            return topic + " does not exist; to create with " + partitions + " partitions, " + replication
                    + " replicas, " + settings;
        }
    }

    record Setting(String topic, String name, @Nullable String actual, String wanted) implements TopicDifference {

        @Override
        public boolean isCorrectable() {
            return true;
        }

        @Override
        public String toString() {
            return topic + " has " + name + "=" + actual + "; to set to " + wanted;
        }
    }

    record Partitions(String topic, int actual, int wanted) implements TopicDifference {

        @Override
        public boolean isCorrectable() {
            return false;
        }

        @Override
        public String toString() {
            return topic + " has " + actual + " partitions instead of " + wanted
                    + "; records of a user would no longer be in one partition, so replay it into a new topic, or give"
                    + " the number that it has";
        }
    }

    record Replication(String topic, int actual, int wanted) implements TopicDifference {

        @Override
        public boolean isCorrectable() {
            return false;
        }

        @Override
        public String toString() {
            return topic + " has " + actual + " replicas instead of " + wanted
                    + "; change it with kafka-reassign-partitions";
        }
    }
}
