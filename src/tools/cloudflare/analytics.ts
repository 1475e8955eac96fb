/** What Cloudflare counts of an application. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { looseList } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { appInput, lookBack } from "../define/inputs.ts";
import { appOutput, namesOf } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";
import { anyReply } from "../define/undocumented.ts";

const A_DAY = 1440;
const A_WEEK = 7 * A_DAY;

/** The kinds whose figures are of a time that the caller chooses. */
const TIMED = ["cache", "security"] as const;
/** The kinds of which Cloudways chooses the time. */
const UNTIMED = ["requests", "security_events"] as const;

type Timed = typeof TIMED[number];
type Untimed = typeof UNTIMED[number];

function isTimed(kind: Timed | Untimed): kind is Timed {
  return TIMED.some((timed) => timed === kind);
}

const countRow = z.looseObject({
  count: z.unknown().optional(),
  dimensions: z.looseObject({}).optional().catch(undefined),
  sum: z.looseObject({ edgeResponseBytes: z.unknown().optional() }).optional().catch(undefined),
});

/** One line of a table: what is counted, how often, and how much was sent. */
function rowView({ count, dimensions = {}, sum }: z.output<typeof countRow>) {
  const bytes = sum?.edgeResponseBytes;
  return { ...dimensions, count, ...(bytes !== undefined && { sent_bytes: bytes }) };
}

/** Tables by Cloudways' names, one such object for each zone. Other members are left as they are. */
const figures = z.looseObject({
  data: looseList(z.record(z.string(), z.unknown())),
}).transform(({ data }) =>
  data.map((zone) =>
    Object.fromEntries(
      Object.entries(zone).map(([name, table]) => {
        const rows = z.array(countRow).safeParse(table).data;
        return [name, rows === undefined ? table : rows.map(rowView)];
      }),
    )
  )
);

function readTimed(account: CloudwaysAccount, { app, server }: FoundApp, kind: Timed, mins: number): Promise<unknown> {
  const query = { server_id: server.id, mins };
  return kind === "cache"
    ? account.read({
      operation: "cloudflare_get_analytics",
      path: path`/app/cloudflare/${app.id}/analytics`,
      query,
      reply: figures,
    })
    : account.read({
      operation: "cloudflare_get_security_analytics",
      path: path`/app/cloudflare/${app.id}/security`,
      query,
      reply: figures,
    });
}

/** The one client that is known to read them sends no server. */
function readUntimed(account: CloudwaysAccount, { app }: FoundApp, kind: Untimed): Promise<unknown> {
  return kind === "requests"
    ? account.read({
      operation: "cloudflare_get_logpush_analytics",
      path: path`/app/cloudflare/${app.id}/logpush_analytics`,
      reply: anyReply,
    })
    : account.read({
      operation: "cloudflare_get_logpush_security",
      path: path`/app/cloudflare/${app.id}/logpush_security`,
      reply: anyReply,
    });
}

const getCloudflareAnalytics = defineTool({
  name: "get_cloudflare_analytics",
  title: "Cloudflare statistics",
  toolset: "cloudflare",
  effect: "read",
  description:
    "Reports what Cloudflare counts of an application: cache (hits, traffic), security (what was blocked), " +
    "requests, security_events. The last two are not documented and shown as they came. Counts may be estimates.",
  input: () =>
    z.strictObject({
      ...appInput,
      kind: z.enum([...TIMED, ...UNTIMED]).describe("Which figures."),
      last_minutes: z.int().min(1).max(A_WEEK).meta(lookBack).optional()
        .describe(`For cache and security: how far to look back; default ${A_DAY}.`),
    }).superRefine(({ kind, last_minutes }, context) => {
      if (last_minutes === undefined || isTimed(kind)) return;
      context.addIssue({ code: "custom", path: ["last_minutes"], message: "counts for cache and security only" });
    }),
  output: () =>
    z.looseObject({ ...appOutput, kind: z.string(), last_minutes: z.number().optional(), figures: z.unknown() }),
  handler: async ({ kind, last_minutes = A_DAY, ...input }, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    return isTimed(kind)
      ? { ...namesOf(found), kind, last_minutes, figures: await readTimed(account, found, kind, last_minutes) }
      : { ...namesOf(found), kind, figures: await readUntimed(account, found, kind) };
  },
});

/** The tools of this file. */
export const analyticsTools: readonly Tool[] = [getCloudflareAnalytics];
