import type { Handlers } from "../call.ts";
import { exampleOf } from "../facts.ts";
import { isRecord } from "../read_request.ts";

/** Lists of values; most answer their documented example. */
export const listHandlers: Handlers = {
  // Some packages have their versions by platform: those of every platform that a server here runs.
  list_packages(call) {
    const example = exampleOf(call.operation);
    if (!isRecord(example) || !isRecord(example.packages)) return example;
    const platforms = call.account.servers.map(({ platform }) => platform);
    const packages = Object.entries(example.packages).map(([name, versions]) => {
      const known = isRecord(versions) ? versions.debian10 : undefined;
      if (!isRecord(versions) || known === undefined) return [name, versions];
      return [name, { ...versions, ...Object.fromEntries(platforms.map((platform) => [platform, known])) }];
    });
    return { packages: Object.fromEntries(packages) };
  },
  // An object by family live, a plain list in some documents.
  list_apps(call) {
    const example = exampleOf(call.operation);
    if (call.forms === "live" || !isRecord(example) || !isRecord(example.apps)) return example;
    return { apps: Object.values(example.apps) };
  },
};
