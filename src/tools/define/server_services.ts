/** Reads the services of a server. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { looseFlag } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";

const servicesReply = z.looseObject({
  services: z.looseObject({ status: z.union([z.record(z.string(), z.unknown()), z.array(z.unknown()).max(0)]) }),
});

/** The services of a server and how they are, and which of them are switched on. */
export async function readServices(account: CloudwaysAccount, serverId: number) {
  const reply = await account.read({
    operation: "service_status",
    path: path`/service`,
    reply: servicesReply,
    query: { server_id: serverId },
  });
  const { services: { status, ...more } } = reply;
  const all = Object.entries({ ...more, ...status });
  const isSwitch = ([name]: [string, unknown]) => name.endsWith("_enabled");
  return {
    services: Object.fromEntries(all.filter((entry) => !isSwitch(entry))),
    enabled: Object.fromEntries(
      all.filter(isSwitch).map(([name, value]) => [name.replace(/_enabled$/, ""), looseFlag.parse(value)]),
    ),
  };
}
