// The server's clock, as far as this page knows it: times in live messages are the server's, and a browser's clock may be wrong.

let aheadMs = 0;

/** Takes the server's time from the answer to a request that was sent and answered at these times of the browser's clock. */
export function measure(serverMs, sentMs, answeredMs) {
  aheadMs = serverMs - (sentMs + answeredMs) / 2;
}

/** Returns the time of the browser's clock at which the server's clock showed the given time. */
export const toLocal = (serverMs) => serverMs - aheadMs;
