/** Domains of a server that reputation lists warn of. */
import * as z from "zod";
import { path } from "../../cloudways/path.ts";
import { serverInput } from "../define/inputs.ts";
import { namesOfServer, serverOutput } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";
import { AS_IT_CAME, replyOutput } from "../define/undocumented.ts";
import { partInput, readSuite, writeSuite } from "./suite.ts";

const listInfectedDomains = defineTool({
  name: "list_infected_domains",
  title: "Blacklisted domains",
  toolset: "protection",
  effect: "read",
  description: "Lists the domains of a server that have a bad reputation or malware. refresh_infected_domains has " +
    `Cloudways look again. ${AS_IT_CAME}`,
  input: () => z.strictObject({ ...serverInput, ...partInput }),
  output: () => z.looseObject({ ...serverOutput, ...replyOutput }),
  handler: async ({ server_id, offset, limit }, { account }) => {
    const server = await account.server(server_id);
    const reply = await readSuite(account, server, {
      operation: "security_suite_server_infected_domains_list",
      path: path`/server/security/${server.id}/infected-domains`,
      query: { offset, limit },
    });
    return { ...namesOfServer(server), reply };
  },
});

const refreshInfectedDomains = defineTool({
  name: "refresh_infected_domains",
  title: "Check domains' reputation",
  toolset: "protection",
  effect: "write",
  undo: { none: "a check changes nothing that could be put back" },
  idempotent: true,
  description: `Has the reputation of a server's domains checked again now. ${AS_IT_CAME}`,
  input: () => z.strictObject(serverInput),
  output: () => z.looseObject({ ...serverOutput, ...replyOutput, next_step: z.string() }),
  handler: async (input, { account }) => {
    const server = await account.server(input.server_id);
    const reply = await writeSuite(account, {
      operation: "security_suite_server_infected_domains_sync",
      method: "POST",
      path: path`/server/security/${server.id}/infected-domains/sync`,
      form: { server_id: server.id },
    });
    return { ...namesOfServer(server), reply, next_step: "Read the list in a minute with list_infected_domains." };
  },
});

/** The tools of this file. */
export const infectedDomainsTools: readonly Tool[] = [listInfectedDomains, refreshInfectedDomains];
