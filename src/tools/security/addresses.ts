/** One address: whether a server's firewall blocks it, and access for it to the server's web tools. */
import { anyReply } from "../define/outputs.ts";
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import type { ServerRecord } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { serverInput } from "../define/inputs.ts";
import { onServer, serverFacts } from "../define/questions.ts";
import { type Work } from "../define/start.ts";
import { namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import { ipAddress } from "../define/validators.ts";

const serverAddressInput = () =>
  z.strictObject({
    ...serverInput,
    ip: ipAddress.describe("One address: 203.0.113.7"),
  });

/** `ip_status`, or `ip_list` in some documents; a flag in any spelling. */
const blacklistReply = z.union([
  z.looseObject({ ip_status: z.unknown().refine(isFlag) }).transform(({ ip_status }) => isYes(ip_status)),
  z.looseObject({ ip_list: z.unknown().refine(isFlag) }).transform(({ ip_list }) => isYes(ip_list)),
]);

function isFlag(value: unknown): boolean {
  return [true, false, 0, 1, "0", "1", "true", "false"].some((flag) => flag === value);
}

function isYes(value: unknown): boolean {
  return value === true || value === 1 || value === "1" || value === "true";
}

const checkIpBlacklisted = defineTool({
  name: "check_ip_blacklisted",
  title: "Is an address blocked",
  toolset: "security",
  effect: "read",
  description: "Says whether a server's firewall blocks an address. Use it when somebody can't reach a site or server.",
  input: serverAddressInput,
  output: () => z.looseObject({ ...serverOutput, ip: z.string(), blacklisted: z.boolean() }),
  handler: async ({ server_id, ip }, { account }) => {
    const names = namesOfServer(await account.server(server_id));
    const blacklisted = await account.read({
      operation: "security_check_blacklisted_ip",
      path: path`/security/isBlacklisted`,
      reply: blacklistReply,
      query: { server_id, ip },
    });
    return { ...names, ip, blacklisted };
  },
});

const openedOutput = () => z.looseObject({ ...serverOutput, ip: z.string(), opened: z.string(), message: z.string() });

async function openTo(
  ip: string,
  server: ServerRecord,
  account: CloudwaysAccount,
  request: Pick<Work, "operation" | "path">,
  opened: string,
) {
  await account.write({ ...request, method: "POST", form: { server_id: server.id, ip }, reply: anyReply });
  return { ...namesOfServer(server), ip, opened, message: `${ip} may use the ${opened} of this server now.` };
}

const allowIpSiab = defineAskingTool({
  name: "allow_ip_siab",
  title: "Open the browser terminal",
  toolset: "security",
  effect: "destructive",
  undo: { none: "no operation closes it again" },
  idempotent: true,
  description:
    "Opens the server's browser SSH terminal (Shell-In-A-Box) to one address. No tool closes it again. A person has to approve it.",
  input: serverAddressInput,
  output: openedOutput,
  facts: serverFacts,
  question: (facts, { ip }) => ({
    headline: `Open the browser SSH terminal of server ${facts.server.id} to 1 address.`,
    ...onServer(facts),
    consequences: [
      "Anyone who connects from that address reaches a terminal of the server in a browser, and with a user's password " +
      "the files of its applications.",
      "It can't be undone here: no tool closes it again.",
    ],
    facts: [{ name: "Address", values: [ip], isFirst: true }],
  }),
  handler: ({ ip }, { account }, { server }) => {
    const request = { operation: "security_whitelist_ip_siab", path: path`/security/siab` };
    return openTo(ip, server, account, request, "browser SSH terminal");
  },
});

const allowIpAdminer = defineAskingTool({
  name: "allow_ip_adminer",
  title: "Open the database manager",
  toolset: "security",
  effect: "destructive",
  undo: { none: "no operation closes it again" },
  idempotent: true,
  description:
    "Opens the server's web database manager (Adminer) to one address. No tool closes it again. A person has to approve it.",
  input: serverAddressInput,
  output: openedOutput,
  facts: serverFacts,
  question: (facts, { ip }) => ({
    headline: `Open the database manager (Adminer) of server ${facts.server.id} to 1 address.`,
    ...onServer(facts),
    consequences: [
      "Anyone who connects from that address reaches the database manager in a browser, and with a database " +
      "password all data of that application.",
      "It can't be undone here: no tool closes it again.",
    ],
    facts: [{ name: "Address", values: [ip], isFirst: true }],
  }),
  handler: ({ ip }, { account }, { server }) => {
    const request = { operation: "security_whitelist_ip_adminer", path: path`/security/adminer` };
    return openTo(ip, server, account, request, "database manager (Adminer)");
  },
});

/** The tools of this file. */
export const addressesTools: readonly Tool[] = [checkIpBlacklisted, allowIpSiab, allowIpAdminer];
