package dev.mindfulcode.ingestservice;

/** Why the times of a session's batches were moved. The names are public contract: add, never change. */
enum ShiftReason {
    /** {@code sent_at} differs from the time of receipt: the client's clock is wrong by that much. */
    CLIENT_CLOCK("client_clock"),

    /**
     * Without a usable {@code sent_at}: they ended later than {@link UploadLimits#EARLINESS_MAX} after the time of receipt.
     */
    FUTURE("future"),

    /** They started earlier than {@link UploadLimits#LATENESS_MAX} before the time of receipt. */
    PAST("past");

    private final String wireName;

    ShiftReason(String wireName) {
        this.wireName = wireName;
    }

    String wireName() {
        return wireName;
    }
}
