/** The handler for `deno serve --parallel` and Deno Deploy: many workers or isolates, which must share state. */
import { createSharedApp } from "./src/commands/workers.ts";

const { fetch } = await createSharedApp();

export default { fetch } satisfies Deno.ServeDefaultExport;
