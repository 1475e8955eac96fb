/** How a command that serves comes to its end. */
import type { Logger } from "../telemetry/log.ts";

/** How long calls in flight may take to finish once the process was told to end. */
export const GRACE_MS = 25_000;

/** One Ctrl-C arrives twice under `deno task`, from the terminal and from the task: within this time it is the same. */
const SAME_SIGNAL_MS = 1000;

/** Waits for something, but for no longer than this. */
export async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  const timeUp = Promise.withResolvers<void>();
  const timer = setTimeout(timeUp.resolve, milliseconds);
  await Promise.race([work, timeUp.promise]);
  clearTimeout(timer);
}

/** Resolves at the first SIGTERM or SIGINT; a later one ends the process at once. */
export async function endRequested(log: Logger): Promise<"SIGINT" | "SIGTERM"> {
  const asked = Promise.withResolvers<"SIGINT" | "SIGTERM">();
  let askedAt: number | undefined;
  const onSignal = (signal: "SIGINT" | "SIGTERM") => {
    const now = performance.now();
    if (askedAt !== undefined && now - askedAt > SAME_SIGNAL_MS) Deno.exit(130);
    if (askedAt === undefined) log.info("shutting down");
    askedAt ??= now;
    asked.resolve(signal);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // Windows knows no SIGTERM; SIGINT is enough there.
    if (signal === "SIGINT" || Deno.build.os !== "windows") Deno.addSignalListener(signal, () => onSignal(signal));
  }
  return await asked.promise;
}
