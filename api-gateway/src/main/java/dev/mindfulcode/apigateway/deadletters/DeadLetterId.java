package dev.mindfulcode.apigateway.deadletters;

import dev.mindfulcode.schemas.Topics;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The position of a letter in the topic {@code dead-letters}, as text such as {@code 3-17}. */
record DeadLetterId(int partition, long offset) implements Comparable<DeadLetterId> {

    private static final Pattern FORM = Pattern.compile("(\\d{1,5})-(\\d{1,18})");

    /** Before the first letter. */
    static final DeadLetterId START = new DeadLetterId(0, -1);

    /** Returns null if the text is not an id. */
    static @Nullable DeadLetterId parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? new DeadLetterId(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2)))
                : null;
    }

    TopicPartition topicPartition() {
        return new TopicPartition(Topics.DEAD_LETTERS.name(), partition);
    }

    @Override
    public int compareTo(DeadLetterId other) {
        return partition == other.partition
                ? Long.compare(offset, other.offset)
                : Integer.compare(partition, other.partition);
    }

    @Override
    public String toString() {
        return partition + "-" + offset;
    }
}
