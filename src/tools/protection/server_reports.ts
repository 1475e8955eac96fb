/** What the Security Suite says of a whole server: its applications, incidents and figures. */
import * as z from "zod";
import { path } from "../../cloudways/path.ts";
import { declare } from "../../confirm/declared_input.ts";
import { serverInput } from "../define/inputs.ts";
import { millisecondsOf, moment } from "../define/moments.ts";
import { records } from "../define/outputs.ts";
import { readProtectedApps } from "../define/protected_apps.ts";
import { namesOfServer, serverOutput } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";
import { AS_IT_CAME, replyOutput } from "../define/undocumented.ts";
import { readSuite } from "./suite.ts";

const listProtectedApps = defineTool({
  name: "list_protected_apps",
  title: "Protected applications",
  toolset: "protection",
  effect: "read",
  description: "Lists the applications of a server: whether malware protection is ordered, and how many files and " +
    "database entries are infected, which is counted without it too; null: not told.",
  input: () =>
    z.strictObject({
      ...serverInput,
      infected_only: z.boolean().default(false).describe("Only infected ones."),
      label: z.string().min(1).max(100).optional().describe("Only with this part in their label."),
      page: z.int().min(1).default(1).describe("From 1."),
      limit: z.int().min(1).max(100).default(20)
        .meta(declare({ shorter: "Ask for fewer rows with limit, and go on with page." })).describe("Rows to list."),
    }),
  output: () => z.looseObject({ ...serverOutput, apps: records, page: z.number(), last_page: z.number().nullable() }),
  handler: async ({ server_id, infected_only, label, page, limit }, { account }) => {
    const server = await account.server(server_id);
    const { apps, lastPage } = await readProtectedApps(account, server.id, {
      page,
      limit,
      label,
      infectedOnly: infected_only,
    });
    const shown = apps.map((app) => ({
      app_id: app.id,
      app_label: app.label,
      is_protected: app.isProtected,
      infected_files_count: app.infectedFiles,
      infected_database_entries_count: app.infectedEntries,
    }));
    return { ...namesOfServer(server), apps: shown, page, last_page: lastPage };
  },
});

const listServerIncidents = defineTool({
  name: "list_server_incidents",
  title: "Security incidents of a server",
  toolset: "protection",
  effect: "read",
  description: `Lists the attacks and incidents that a server's firewall recorded. ${AS_IT_CAME}`,
  input: () => z.strictObject(serverInput),
  output: () => z.looseObject({ ...serverOutput, ...replyOutput }),
  handler: async (input, { account }) => {
    const server = await account.server(input.server_id);
    const reply = await readSuite(account, server, {
      operation: "security_suite_server_incidents_list",
      path: path`/server/security/${server.id}/incidents`,
    });
    return { ...namesOfServer(server), reply };
  },
});

const getServerProtectionStats = defineTool({
  name: "get_server_protection_stats",
  title: "Protection figures of a server",
  toolset: "protection",
  effect: "read",
  description: "Reports how many attacks a server's protection stopped between two times. The names of the figures " +
    `are not documented. ${AS_IT_CAME}`,
  input: () =>
    z.strictObject({
      ...serverInput,
      figures: z.array(z.string().regex(/^[\w-]{1,60}$/, "must be a name, such as threats")).min(1).max(20)
        .describe("Such as threats, waf_alerts, brute_force; try, and tell the user."),
      from: moment.meta(declare({ shorter: "Ask for less time between from and until." }))
        .describe("From when: 2026-08-01"),
      until: moment.describe("Until when; without a zone it is UTC."),
      group_by: z.string().regex(/^[a-z_]{1,20}$/, "must be a word, such as day").default("day")
        .describe("One figure for each: day"),
    }).refine(({ from, until }) => millisecondsOf(from) < millisecondsOf(until), {
      path: ["until"],
      message: "must be later than from",
    }),
  output: () => z.looseObject({ ...serverOutput, from: z.string(), until: z.string(), ...replyOutput }),
  handler: async ({ server_id, figures, from, until, group_by }, { account }) => {
    const server = await account.server(server_id);
    const [start, end] = [millisecondsOf(from), millisecondsOf(until)];
    const reply = await readSuite(account, server, {
      operation: "security_suite_server_stats_get",
      path: path`/server/security/${server.id}/stats`,
      query: { data_types: figures, group_by, start: Math.floor(start / 1000), end: Math.floor(end / 1000) },
    });
    const iso = (at: number) => new Date(at).toISOString();
    return { ...namesOfServer(server), from: iso(start), until: iso(end), reply };
  },
});

/** The tools of this file. */
export const serverReportsTools: readonly Tool[] = [listProtectedApps, listServerIncidents, getServerProtectionStats];
