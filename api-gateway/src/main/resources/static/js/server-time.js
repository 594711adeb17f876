// The offset between the clocks of server and browser: times in live messages are the server's.

let aheadMs = 0;

/** Measures the offset from a response; when it was sent and received is by the browser's clock. */
export function measure(serverMs, sentMs, answeredMs) {
  aheadMs = serverMs - (sentMs + answeredMs) / 2;
}

/** Converts a time of the server to the browser's clock. */
export const toLocal = (serverMs) => serverMs - aheadMs;
