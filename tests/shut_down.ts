/** Longer than any answer takes that will still come. */
const DEADLINE_MS = 30_000;

/** Stops a server once it has answered everything; where something is never answered, the test fails instead of hanging. */
export async function shutDown(server: Deno.HttpServer): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("A request was left unanswered.")), DEADLINE_MS);
  try {
    await Promise.race([server.shutdown(), late]);
  } finally {
    clearTimeout(timer);
  }
}
