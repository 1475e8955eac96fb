/** How a command that serves comes to its end. */
import type { Logger } from "../telemetry/log.ts";

/** How long calls in flight may take to finish once the process was told to end. */
export const GRACE_MS = 25_000;

/** One Ctrl-C arrives twice under `deno task`, from the terminal and from the task: within this time it is the same. */
const SAME_SIGNAL_MS = 300;

type EndSignal = "SIGINT" | "SIGTERM";

/** Resolves at the first SIGTERM or SIGINT; a later one ends the process at once. */
export async function endRequested(log: Logger): Promise<EndSignal> {
  const asked = Promise.withResolvers<EndSignal>();
  let first: { signal: EndSignal; at: number } | undefined;
  onEndSignal((signal) => {
    const now = performance.now();
    if (first === undefined) log.info("shutting down");
    else if (signal !== first.signal || now - first.at > SAME_SIGNAL_MS) Deno.exit(130);
    first ??= { signal, at: now };
    asked.resolve(signal);
  });
  return await asked.promise;
}

function onEndSignal(listener: (signal: EndSignal) => void): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    try {
      Deno.addSignalListener(signal, () => listener(signal));
    } catch {
      // Windows knows no SIGTERM, and a host that runs isolates no signals at all.
    }
  }
}
