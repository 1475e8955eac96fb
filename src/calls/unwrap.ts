/** Calls that carry another one: `call_tool` and `call_read_tool` name a tool and its arguments. */
import { ToolError } from "../errors.ts";
import type { Bounds } from "../identity/bounds.ts";
import { isJsonObject, parseJsonObject } from "../text/json_object.ts";
import { forwardInput } from "../tools/define/forwarding_tool.ts";
import { invalidArguments, readArguments } from "./arguments.ts";
import type { Catalogue, CatalogueEntry } from "./catalogue.ts";
import type { ToolFinder } from "./tool_finder.ts";

/** A tool's name, and what it is called with. */
export interface NamedCall {
  name: string;
  args: Readonly<Record<string, unknown>>;
}

/** The call that is to be carried out; or why there is none, with the call that is refused, where it can be read. */
export type Unwrapped = { kind: "call"; call: NamedCall } | { kind: "refused"; error: ToolError; call?: NamedCall };

/** Where the tools are looked up. */
export interface Tools {
  catalogue: Catalogue;
  finder: ToolFinder;
}

/** Suggested where a tool is not there. */
const MAX_SUGGESTED = 3;

/** Takes the inner call out of one that carries another; every other call is given as it is. */
export function unwrap(sent: NamedCall, bounds: Bounds, tools: Tools): Unwrapped {
  const outer = tools.catalogue.lookUp(sent.name, bounds);
  if (outer.kind === "unknown") return { kind: "call", call: sent };
  const { forwards, takesBack } = outer.entry.tool;
  if (!forwards || takesBack) return { kind: "call", call: sent };
  try {
    const call = innerCall(sent, outer.entry);
    checkInner(call, outer.entry, bounds, tools);
    return { kind: "call", call };
  } catch (error) {
    if (error instanceof ToolError) return { kind: "refused", error };
    throw error;
  }
}

/** What is possible in place of a tool that is not there, for a model to read. */
export function suggestions(name: string, bounds: Bounds, { catalogue, finder }: Tools) {
  const { tools, statements } = finder.find(name.replaceAll("_", " "), bounds, { limit: MAX_SUGGESTED });
  const canFind = catalogue.lookUp("find_tools", bounds).kind === "found";
  return {
    names: tools.map((tool) => tool.name),
    statements,
    hint: canFind ? "find_tools finds a tool by what is to be done." : undefined,
  };
}

function innerCall(
  { name: outerName, args: sent }: NamedCall,
  { tool, understood, listed }: CatalogueEntry,
): NamedCall {
  const { arguments: given, ...rest } = sent;
  const read = readArguments(outerName, isJsonObject(given) ? rest : sent, understood, tool.formerly);
  const parsed = forwardInput().safeParse(read);
  if (!parsed.success) throw invalidArguments(outerName, parsed.error, listed.inputSchema);
  const { name, arguments: text } = parsed.data;
  return {
    name,
    args: isJsonObject(given) ? Object.fromEntries(Object.entries(given)) : parseArguments(outerName, text),
  };
}

function checkInner({ name }: NamedCall, { tool: outer }: CatalogueEntry, bounds: Bounds, tools: Tools): void {
  const inner = tools.catalogue.lookUp(name, bounds);
  if (inner.kind === "unknown") throw unknownInner(outer.name, name, bounds, tools);
  const { toolset, effect } = inner.entry.tool;
  if (toolset === "discovery") {
    throw wrong(outer.name, "name", `${name} can't be called by another tool`);
  }
  // A caller who may only read is told so, and not sent to call_tool.
  if (outer.effect === "read" && effect !== "read" && inner.kind === "found") {
    throw wrong(outer.name, "name", `${name} does more than read; call_tool calls it`);
  }
}

function unknownInner(outerName: string, name: string, bounds: Bounds, tools: Tools): ToolError {
  const { names, statements, hint } = suggestions(name, bounds, tools);
  return wrong(outerName, "name", "there is no such tool", hint, {
    ...(names.length > 0 && { similar_tools: names }),
    ...(statements.length > 0 && { not_possible: statements }),
  });
}

/** The arguments in a text; none where it is empty. */
function parseArguments(outerName: string, text: string | undefined): Record<string, unknown> {
  if (text === undefined || text.trim() === "") return {};
  const parsed = parseJsonObject(text);
  if (parsed.kind === "object") return parsed.value;
  const example = 'Give one JSON object as text, such as {"app_id": 123456}.';
  throw wrong(outerName, "arguments", parsed.problem, example);
}

function wrong(
  outerName: string,
  argument: string,
  problem: string,
  hint?: string,
  more: Record<string, readonly string[]> = {},
): ToolError {
  return new ToolError("invalid_arguments", `The arguments of ${outerName} are wrong. ${argument}: ${problem}`, {
    hint: ["Nothing was done.", hint].filter((part) => part !== undefined).join(" "),
    details: { problems: [{ argument, problem }], ...more },
  });
}
