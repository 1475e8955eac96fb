import { until } from "./until.ts";

/** Longer than a page is served after its end. */
const DEADLINE_MS = 30_000;

/** Whether something listens on a port of 127.0.0.1. */
export async function isListening(port: number): Promise<boolean> {
  try {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    return connection.remoteAddr.transport === "tcp";
  } catch (error) {
    // A connection is reset if the listener closes before it is accepted.
    if (error instanceof Deno.errors.ConnectionRefused || error instanceof Deno.errors.ConnectionReset) return false;
    throw error;
  }
}

/** Resolves when nothing listens on a port of 127.0.0.1 any more. */
export async function untilNotListening(port: number): Promise<void> {
  await until(async () => !await isListening(port), DEADLINE_MS);
}
