import assert from "node:assert/strict";
import * as z from "zod";
import { Catalogue } from "../../src/calls/catalogue.ts";
import { declare, DECLARED, type DeclaredInput } from "../../src/confirm/declared_input.ts";
import { kindOfName } from "../../src/text/redaction/names.ts";
import { allTools } from "../../src/tools/all.ts";
import { defineTool } from "../../src/tools/define/tool.ts";

const catalogue = new Catalogue(allTools);

/** Every input of every tool that declares something. */
function inputsThat(isMeant: (declared: DeclaredInput) => boolean): Set<string> {
  const all = catalogue.entries().flatMap(({ declared }) => [...declared]);
  return new Set(all.filter(([, declared]) => isMeant(declared)).map(([name]) => name));
}

function toolWith(input: z.ZodObject) {
  return defineTool({
    name: "made_up",
    title: "Made up",
    toolset: "basic",
    effect: "read",
    description: "Made up.",
    input: () => input,
    output: () => z.looseObject({}),
    handler: () => Promise.resolve({}),
  });
}

Deno.test("each input declares what it is for, the same in every tool", () => {
  const byRole = (role: DeclaredInput["role"]) => [...inputsThat((declared) => declared.role === role)].sort();

  assert.deepEqual(byRole("target"), [
    "addon_id",
    "alert_id",
    "app_id",
    "channel_id",
    "insight_id",
    "member_id",
    "project_id",
    "server_id",
    "server_ids",
  ]);
  assert.deepEqual(byRole("wait"), ["wait_seconds"]);
  assert.deepEqual(byRole("view"), ["detail"]);
  const content = byRole("content");
  assert.ok(content.length > 20);
  const others = ["target", "wait", "view"] as const;
  assert.deepEqual(content.filter((name) => others.some((role) => byRole(role).includes(name))), []);
});

Deno.test("an input with the name of a secret declares that it is one", () => {
  const named = [...inputsThat(() => true)].filter((name) => ["secret", "credential"].includes(kindOfName(name)));

  assert.deepEqual(named.sort(), ["password", "private_key"]);
  assert.deepEqual([...inputsThat(({ secret }) => secret)].sort(), [
    "arguments",
    ...named,
    "public_key",
    "webhook_url",
  ]);
  assert.deepEqual([...inputsThat(({ shownBy }) => shownBy === "fingerprint")].sort(), [
    "arguments",
    "certificate",
    ...named,
    "public_key",
    "webhook_url",
  ]);
});

Deno.test("inputs that are JSON objects are shown by the facts of their questions", () => {
  assert.deepEqual([...inputsThat(({ json }) => json)], ["access"]);
  assert.deepEqual([...inputsThat(({ shownBy }) => shownBy === "facts")], ["access"]);
});

Deno.test("a tool that takes a waiting time is slow, and so is what carries the call of a receipt", () => {
  const takers = allTools.filter(({ input, takesBack }) => "wait_seconds" in input.shape || takesBack)
    .map(({ name }) => name);
  const slow = allTools.filter(({ name }) => catalogue.isSlow(name)).map(({ name }) => name);

  assert.ok(takers.length > 20);
  assert.deepEqual(slow, takers);
});

Deno.test("the tools whose answers can be made shorter say how", () => {
  const ways = catalogue.entries().flatMap(({ tool, shorter }) => shorter === undefined ? [] : [[tool.name, shorter]]);

  const concise =
    "More fits with detail concise. find_resources, get_server_details and get_app_details show single ones.";
  const parts = "Ask for fewer rows with limit, and go on with offset.";
  assert.deepEqual(ways, [
    ["get_account_health", "Ask for one of server_ids at a time."],
    ["get_app_analytics_mysql", "Ask for a shorter duration."],
    ["get_app_analytics_php", "Ask for a shorter duration."],
    ["get_app_analytics_traffic", "Ask for a shorter duration."],
    ["get_app_monitoring_detail", "Ask for a shorter duration."],
    ["get_app_traffic_details", "Ask for less time between from and until, or for single rows."],
    ["get_available_regions", "Ask for one provider at a time."],
    ["get_available_server_sizes", "Ask for one provider at a time."],
    ["get_cloudflare_analytics", "Ask for a shorter duration."],
    ["get_dns_domain", "Ask for records of one type, or of one host."],
    ["get_server_monitoring_detail", "Ask for a shorter duration."],
    ["get_server_protection_stats", "Ask for less time between from and until."],
    ["list_app_scans", parts],
    ["list_app_updates", "Ask for one server at a time, by server_id."],
    ["list_domains", "Ask for one server, application or part of a name."],
    ["list_infected_domains", parts],
    ["list_infected_files", parts],
    ["list_protected_apps", "Ask for fewer rows with limit, and go on with page."],
    ["list_servers", concise],
    ["list_staging_apps", "Ask for one server at a time, by server_id."],
  ]);
});

Deno.test("declarations of an input are not listed, and are found behind optional and default wrappers", () => {
  const tool = toolWith(z.strictObject({
    zone: z.string().meta(declare({ role: "target" })).optional().describe("A zone."),
    columns: z.int().default(3).meta(declare({ role: "view" })).describe("How many."),
    old: z.string().meta(declare({ unlisted: true })).optional(),
  }));

  const [entry] = new Catalogue([tool]).entries();

  assert.deepEqual(entry?.listed.inputSchema.properties, {
    zone: { type: "string", description: "A zone." },
    columns: { type: "integer", default: 3, description: "How many." },
  });
  assert.deepEqual([...entry?.declared ?? []].map(([name, { role }]) => [name, role]), [
    ["zone", "target"],
    ["columns", "view"],
    ["old", "content"],
  ]);
});

Deno.test("an unknown declaration is refused when the tool is looked at", () => {
  const tool = toolWith(z.strictObject({ zone: z.string().meta({ [DECLARED]: { rol: "target" } }) }));

  assert.throws(() => new Catalogue([tool]).entries().map(({ declared }) => declared), /rol/);
});
