const POLL_MS = 5;

/** Resolves when `condition` is true. Checks every few milliseconds, and throws after `deadlineMs`. */
export async function until(condition: () => Promise<boolean> | boolean, deadlineMs = 10_000): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!await condition()) {
    if (performance.now() > deadline) throw new Error(`Still not true after ${deadlineMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
