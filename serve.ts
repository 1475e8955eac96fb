/** For `deno serve --parallel` and Deno Deploy: many workers or isolates, so shared state is required. */
import { createSharedApp } from "./src/commands/workers.ts";

const { fetch } = await createSharedApp();

export default { fetch } satisfies Deno.ServeDefaultExport;
