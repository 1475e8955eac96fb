import type { Handlers } from "../call.ts";
import { exampleOf } from "../facts.ts";
import { isRecord } from "../read_request.ts";

/** Lists of values; most answer with their documented example. */
export const listHandlers: Handlers = {
  // An object by family live, a plain list in some documents.
  list_apps(call) {
    const example = exampleOf(call.operation);
    if (call.forms === "live" || !isRecord(example) || !isRecord(example.apps)) return example;
    return { apps: Object.values(example.apps) };
  },
};
