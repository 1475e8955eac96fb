/** Arguments of every tool in the forms that languages, gateways and models write. */
import { Catalogue, type CatalogueEntry } from "../../src/calls/catalogue.ts";
import { allTools } from "../../src/tools/all.ts";
import type { ToolRow } from "../tool_rows/row.ts";

/** Arguments of a call. */
export type Arguments = Record<string, unknown>;

/** What gateways add to the arguments of any tool. */
const ADDED: Arguments = {
  toolCallId: "call_1",
  tool: "some_tool",
  sessionId: "1bd19f08",
  chatInput: "please",
  action: "sendMessage",
  wait_for_previous: true,
  random_string: "x",
  security_risk: "LOW",
  _auth_auth_type: "admin",
  _meta: { progressToken: 1 },
};

const entries = new Map(new Catalogue(allTools).entries().map((entry) => [entry.tool.name, entry]));

/** A tool of the catalogue; throws for an unknown name. */
export function entryOf(name: string): CatalogueEntry {
  const entry = entries.get(name);
  if (entry === undefined) throw new Error(`there is no tool ${name}`);
  return entry;
}

/** A row's minimal arguments with empty ones added: null, empty texts, and what gateways add. */
export function withAbsentOnes({ tool, minimal }: ToolRow): Arguments[] {
  const { properties, required } = entryOf(tool).understood;
  const optional = Object.entries(properties).filter(([name]) =>
    required?.includes(name) !== true && !Object.hasOwn(minimal, name)
  );
  const emptied = optional.filter(([, { type, enum: words }]) => type !== "string" || words !== undefined);
  const added = Object.entries(ADDED).filter(([name]) => !Object.hasOwn(properties, name));
  return [
    { ...minimal, ...Object.fromEntries(optional.map(([name]) => [name, null])), ...Object.fromEntries(added) },
    { ...minimal, ...Object.fromEntries(emptied.map(([name]) => [name, ""])) },
  ];
}

/** A row's full arguments, each as a text. */
export function withTexts({ full }: ToolRow): Arguments {
  return Object.fromEntries(Object.entries(full).map(([name, value]) => [name, asText(value)]));
}

/** A row's full arguments with null for a required one, by its name. */
export function withoutRequired({ tool, full }: ToolRow): [string, Arguments][] {
  return (entryOf(tool).understood.required ?? []).map((name) => [name, { ...full, [name]: null }]);
}

/** A value as a language model may write it. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
