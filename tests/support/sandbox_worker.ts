/** The sandbox in a thread of its own, at the port in its address, so that its work is not counted as the program's. */
import { startSandbox } from "../sandbox/mod.ts";

const port = Number(new URL(import.meta.url).searchParams.get("port"));
await startSandbox({ port, rateLimitPerMinute: 1_000_000 });
