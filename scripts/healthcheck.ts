/** Ends with 0 if the server on this machine answers `/health`, else with 1. For the health check of a container. */
const port = Deno.env.get("PORT") || "7000";
const answer = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(4_000) }).catch(() => null);
Deno.exit(answer?.ok === true ? 0 : 1);
