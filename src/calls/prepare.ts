/** The first part of a call, before anything is read: its arguments become an input that its tool takes. */
import type { Caller } from "../identity/caller.ts";
import { ToolError } from "../errors.ts";
import type { DeclaredInput } from "../confirm/declared_input.ts";
import type { PreparedCall } from "../tools/define/tool.ts";
import { unfitTexts, withLineFeeds } from "./argument_texts.ts";
import { invalidArguments, readArguments } from "./arguments.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import { withJsonTexts } from "./json_arguments.ts";

/**
 * Reads the arguments of a call.
 *
 * @throws {ToolError} `invalid_arguments` for what the tool does not take or can't be sent as it is; the caller's own
 * error where the tool needs credentials that the caller does not have.
 */
export function prepareCall(
  { tool, listed, understood, declared }: CatalogueEntry,
  args: Readonly<Record<string, unknown>>,
  { identity, secrets }: Pick<Caller, "identity" | "secrets">,
): PreparedCall {
  if (identity.kind === "none" && !tool.anonymous) throw identity.error;
  const texts = withJsonTexts(args, declared);
  const sent = withLineFeeds(readArguments(tool.name, texts, understood, tool.formerly), declared);
  const unfit = unfitTexts(tool.name, sent, declared, secrets);
  if (unfit !== undefined) throw unfit;
  const prepared = tool.prepare(sent);
  if (prepared instanceof Error) throw invalidArguments(tool.name, prepared, listed.inputSchema);
  return prepared;
}

/** The refusal of a call for a caller who may only read. */
export function readOnlyRefusal(what: string): ToolError {
  return new ToolError("read_only", `${what} is not available: this connection may only read.`, {
    hint: "Tell the user. Only the user or the operator can lift this, in the configuration.",
  });
}

/** The parsed inputs of a call that are for one thing. */
export function inputsFor(
  role: DeclaredInput["role"],
  { input }: Pick<PreparedCall, "input">,
  { declared }: Pick<CatalogueEntry, "declared">,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([name]) => declared.get(name)?.role === role));
}

/** Milliseconds that a call waits for work at Cloudways; tools that wait get that time on top. */
export function waitMs(call: Pick<PreparedCall, "input">, entry: Pick<CatalogueEntry, "declared" | "slow">): number {
  if (!entry.slow) return 0;
  const [seconds] = Object.values(inputsFor("wait", call, entry));
  return typeof seconds === "number" ? seconds * 1000 : 0;
}
