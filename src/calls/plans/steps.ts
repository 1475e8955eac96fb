/** From what was asked for to the steps of a plan: which calls they are, and which calls no plan may hold. */
import { ToolError } from "../../errors.ts";
import type { Bounds } from "../../identity/bounds.ts";
import type { JsonValue } from "../../text/clean.ts";
import { parseJsonObject } from "../../text/json_object.ts";
import type { StepWish } from "../../tools/define/plans.ts";
import type { Catalogue, CatalogueEntry } from "../catalogue.ts";
import { readOnlyRefusal } from "../prepare.ts";
import type { KeptStep } from "./records.ts";

/** Most steps of a plan, after repeated ones were counted. */
export const MAX_STEPS = 50;
/** Most characters of all arguments of a plan, as JSON. */
const MAX_ARGUMENTS = 200_000;

/** The tools that make and apply plans: no plan holds another one. */
const PLAN_TOOLS: ReadonlySet<string> = new Set(["plan_changes", "apply_plan"]);

/** What the steps are read with. */
export interface StepSource {
  catalogue: Catalogue;
  bounds: Bounds;
  /** The ids of the servers that there are for the caller. */
  servers: () => Promise<number[]>;
}

/**
 * The steps of a plan, each for one call. A step for several servers becomes one for each.
 *
 * @throws {ToolError} For what no plan may hold. The step is counted in the order in which it was asked for.
 */
export async function readSteps(wishes: readonly StepWish[], source: StepSource): Promise<KeptStep[]> {
  const steps: KeptStep[] = [];
  for (const [index, wish] of wishes.entries()) {
    try {
      steps.push(...await stepsOf(wish, source));
    } catch (error) {
      throw error instanceof ToolError ? inStep(error, index + 1, wish.tool) : error;
    }
  }
  if (steps.length > MAX_STEPS) throw tooLarge(`They are ${steps.length} steps, and a plan takes at most ${MAX_STEPS}`);
  const characters = steps.reduce((sum, { args }) => sum + JSON.stringify(args).length, 0);
  if (characters > MAX_ARGUMENTS) throw tooLarge("The arguments of all steps together are too long");
  return steps;
}

async function stepsOf(wish: StepWish, source: StepSource): Promise<KeptStep[]> {
  const { tool } = entryFor(wish.tool, source);
  const args = argumentsOf(wish);
  const { all_servers: all = false, server_ids: ids } = wish;
  if (!all && ids === undefined) return [{ tool: tool.name, args }];
  if (all && ids !== undefined) throw wrong("all_servers and server_ids exclude each other");
  if (!("server_id" in tool.input.shape) || "app_id" in tool.input.shape) {
    throw wrong(`${tool.name} is not about one server each; name each of its targets in a step of its own`);
  }
  if ("server_id" in args) throw wrong("server_id in its arguments contradicts all_servers or server_ids");
  const servers = ids === undefined ? await source.servers() : [...new Set(ids)];
  if (servers.length === 0) throw wrong("there is no server to do it on");
  return servers.map((server_id) => ({ tool: tool.name, args: { ...args, server_id } }));
}

/**
 * The tool of a step, looked up within the caller's bounds.
 *
 * @throws {ToolError} If the caller does not have it, or no plan may hold it.
 */
export function entryFor(
  name: string,
  { catalogue, bounds }: Pick<StepSource, "catalogue" | "bounds">,
): CatalogueEntry {
  const found = catalogue.lookUp(name, bounds);
  if (found.kind === "unknown") throw wrong("there is no such tool; find_tools finds one by what is to be done");
  const { tool } = found.entry;
  if (tool.takesBack) throw wrong(`${name} takes one change back as its receipt has it; call it by itself`);
  if (tool.forwards) throw wrong(`give the tool itself, not ${name}`);
  if (PLAN_TOOLS.has(name)) throw wrong("a plan can't be a step of a plan");
  if (tool.effect === "read") throw wrong(`${name} only reads; call it by itself`);
  if (tool.typesLabel) throw wrong(`what ${name} removes is gone for good, so it is approved one call at a time`);
  if (found.kind === "read_only") throw readOnlyRefusal(name);
  return found.entry;
}

function argumentsOf({ arguments: text = "" }: StepWish): Record<string, JsonValue> {
  if (text.trim() === "") return {};
  const parsed = parseJsonObject(text);
  if (parsed.kind === "object") return JSON.parse(JSON.stringify(parsed.value));
  throw wrong(`its arguments: ${parsed.problem}`);
}

/** The error of one step: it says which. */
export function inStep(error: ToolError, number: number, tool: string): ToolError {
  const { code, hint, retryAfter, details, limitedBy } = error;
  return new ToolError(code, `Step ${number} (${tool}): ${error.message}`, {
    ...(hint !== undefined && { hint }),
    ...(retryAfter !== undefined && { retryAfter }),
    details: { step: number, tool, ...details },
    ...(limitedBy !== undefined && { limitedBy }),
    done: "nothing",
    cause: error,
  });
}

/** What is wrong with a step, in words that follow its number and its tool. */
export function wrong(problem: string): ToolError {
  return new ToolError("invalid_arguments", `${problem}.`, {
    hint: "Nothing was done, and no plan was made. Correct this step, then plan again.",
    done: "nothing",
  });
}

function tooLarge(problem: string): ToolError {
  return new ToolError("invalid_arguments", `steps: ${problem}.`, {
    hint: "Nothing was done, and no plan was made. Make several plans, one after the other.",
    done: "nothing",
  });
}
