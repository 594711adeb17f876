package dev.mindfulcode.ingestservice;

/** The reason why a session's times were moved. The names are public contract: add, never change. */
enum ShiftReason {
    /** {@code sent_at} differs from the time of receipt: the client's clock is wrong by that much. */
    CLIENT_CLOCK("client_clock"),

    /**
     * Without a usable {@code sent_at}: the session ends more than {@link UploadLimits#EARLINESS_MAX} in the future.
     */
    FUTURE("future"),

    /** The session starts more than {@link UploadLimits#LATENESS_MAX} before the time of receipt. */
    PAST("past");

    private final String wireName;

    ShiftReason(String wireName) {
        this.wireName = wireName;
    }

    String wireName() {
        return wireName;
    }
}
