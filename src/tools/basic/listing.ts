/** The servers and applications of the account, listed and found. */
import * as z from "zod";
import { ListingFacts } from "../../cloudways/listing_facts.ts";
import { knownApps } from "../../cloudways/models.ts";
import { asOf } from "../define/as_of.ts";
import { fitting } from "../define/fitting.ts";
import { detail } from "../define/inputs.ts";
import { records } from "../define/outputs.ts";
import { namesOfServer } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";
import { appView, serverOnlyView, serverView } from "../define/views.ts";

const listServers = defineTool({
  name: "list_servers",
  title: "List servers and applications",
  toolset: "basic",
  effect: "read",
  accountWide: false,
  description:
    "Lists every server of the account with its applications: ids, labels, status, addresses, domains. Start " +
    "here to get the ids that other tools need. To look for one thing, find_resources is shorter. For the rest call " +
    "again with after_id.",
  input: () =>
    z.strictObject({
      detail,
      after_id: z.int().min(1).optional().describe("The next_after_id of the last answer."),
    }),
  output: () => z.looseObject({ as_of: z.string(), servers: records, next_after_id: z.number().nullable() }),
  handler: async ({ detail, after_id = 0 }, { account }) => {
    const listed = await account.listed();
    const wanted = listed.servers.filter(({ id }) => id > after_id).toSorted((a, b) => a.id - b.id);
    // Lazily: a server that does not fit is not made into a view.
    const shown = fitting(wanted.values().map((server) => serverView(server, detail)));
    const next_after_id = shown.length < wanted.length ? shown.at(-1)?.id ?? null : null;
    return { ...asOf(listed), servers: shown, next_after_id };
  },
});

/** What can be found: by the id, or by a part of a text. */
interface Searched {
  id: string;
  texts: readonly string[];
}

/** The servers and applications, with the texts by which they are found. */
const searched = new ListingFacts((servers) =>
  servers.map((server) => {
    const id = String(server.id);
    const texts = lowerCase([server.label, server.public_ip, server.server_fqdn]);
    const apps = knownApps(server).map((app) => ({
      app,
      id: String(app.id),
      texts: lowerCase([app.label, app.cname ?? "", app.app_fqdn, ...app.aliases ?? []]),
    }));
    // A query that is not in this text is in none of its parts, so most servers need no closer look.
    const together = [{ id, texts }, ...apps].flatMap((one) => [one.id, ...one.texts]).join("\n");
    return { server, id, texts, apps, together };
  })
);

function lowerCase(texts: readonly string[]): string[] {
  return texts.map((text) => text.toLowerCase());
}

const findResources = defineTool({
  name: "find_resources",
  title: "Find servers and applications",
  toolset: "basic",
  effect: "read",
  accountWide: false,
  description:
    "Finds servers and applications by a part of their label, domain, alias, IP address or id, and gives the " +
    "ids to use next. Use it when the user names a site or server.",
  input: () =>
    z.strictObject({
      query: z.string().min(1).max(200).describe("Part of a label, domain, IP address or id: shop.example.com"),
    }),
  output: () => z.looseObject({ as_of: z.string(), servers: records, apps: records }),
  handler: async ({ query }, { account }) => {
    // People paste the address of a page when they mean the site.
    const wanted = (URL.parse(query)?.hostname || query).toLowerCase();
    const matches = ({ id, texts }: Searched) => id === wanted || texts.some((text) => text.includes(wanted));
    const listed = await account.listed();
    const entries = searched.of(listed).filter(({ together }) => together.includes(wanted));
    return {
      ...asOf(listed),
      servers: entries.filter(matches).map(({ server }) => serverOnlyView(server, "concise")),
      apps: entries.flatMap(({ server, apps }) =>
        apps.filter(matches).map(({ app }) => ({ ...appView(app, "concise"), ...namesOfServer(server) }))
      ),
    };
  },
});

/** The tools of this file. */
export const listingTools: readonly Tool[] = [listServers, findResources];
