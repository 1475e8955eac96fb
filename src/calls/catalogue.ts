import { type Bounds, isWithin } from "../identity/bounds.ts";
import type { Effect, Tool } from "../tools/define/tool.ts";
import type { DeclaredInputs } from "../confirm/declared_input.ts";
import { memberOf } from "../text/member.ts";
import { type InputSchemas, inputSchemas, listedOutput, type ObjectJsonSchema } from "./json_schema.ts";

/** The hints about a tool's safety for clients. They follow from its effect. */
export interface Annotations {
  title: string;
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  openWorldHint: boolean;
}

/** A tool as `tools/list` shows it. */
export interface ListedTool {
  name: string;
  title: string;
  description: string;
  inputSchema: ObjectJsonSchema;
  outputSchema?: ObjectJsonSchema;
  annotations: Annotations;
}

/**
 * A tool with what follows from its schemas. Each part is made when it is first read, and kept: all of them together
 * take as long as the rest of the start, and most processes need few.
 */
export class CatalogueEntry {
  readonly tool: Tool;
  #inputs: EntryInputs | undefined;
  #listed: ListedTool | undefined;

  constructor(tool: Tool) {
    this.tool = tool;
  }

  /** The tool as `tools/list` shows it. */
  get listed(): ListedTool {
    return this.#listed ??= listedTool(this.tool, this.#inputsOnce().listed);
  }

  /** The schema of everything that the tool accepts, including unlisted inputs. */
  get understood(): ObjectJsonSchema {
    return this.#inputsOnce().understood;
  }

  /** What its inputs declare. */
  get declared(): DeclaredInputs {
    return this.#inputsOnce().declared;
  }

  /** It may wait for work at Cloudways, so its answers are streamed. */
  get slow(): boolean {
    return this.#inputsOnce().slow;
  }

  /** A sentence that tells the model how to get a shorter answer; undefined if it can't. */
  get shorter(): string | undefined {
    return this.#inputsOnce().shorter;
  }

  #inputsOnce(): EntryInputs {
    return this.#inputs ??= entryInputs(this.tool);
  }
}

/** What the schema of a tool's input says, and what follows from it. */
interface EntryInputs extends InputSchemas {
  slow: boolean;
  shorter: string | undefined;
}

/** What one caller may do with a tool name. */
export type Lookup =
  | { kind: "found"; entry: CatalogueEntry }
  /** It exists, but this caller may only read. */
  | { kind: "read_only"; entry: CatalogueEntry }
  /** It does not exist, or is outside this caller's bounds. */
  | { kind: "unknown" };

/** All tools. */
export class Catalogue {
  readonly #entries: ReadonlyMap<string, CatalogueEntry>;

  constructor(tools: readonly Tool[]) {
    const sorted = [...tools].sort((a, b) => a.name < b.name ? -1 : 1);
    this.#entries = new Map(sorted.map((tool) => [tool.name, new CatalogueEntry(tool)]));
    if (this.#entries.size !== tools.length) throw new Error("Two tools have the same name.");
  }

  /** Every entry, in the order of the list. */
  entries(): CatalogueEntry[] {
    return [...this.#entries.values()];
  }

  /** Whether a tool of this name exists, for any caller. */
  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** What `tools/list` shows to a caller. */
  list(bounds: Bounds): ListedTool[] {
    return this.#listedFor(bounds).map(({ listed }) => listed);
  }

  /** How many tools `tools/list` shows to a caller. */
  listedCount(bounds: Bounds): number {
    return this.#listedFor(bounds).length;
  }

  /** The entries of the tools that a caller may call, listed or not, in the order of the list. */
  entriesFor(bounds: Bounds): CatalogueEntry[] {
    return this.entries()
      .filter(({ tool }) => isWithin(bounds, tool) && !(bounds.readOnly && tool.effect !== "read"));
  }

  #listedFor(bounds: Bounds): CatalogueEntry[] {
    return this.entriesFor(bounds).filter(({ tool }) => bounds.listedToolsets.has(tool.toolset));
  }

  /** Whether a caller may call a tool. Does not depend on which tools were listed. */
  lookUp(name: string, bounds: Bounds): Lookup {
    const entry = this.#entries.get(name);
    if (entry === undefined || !isWithin(bounds, entry.tool)) return { kind: "unknown" };
    if (bounds.readOnly && entry.tool.effect !== "read") return { kind: "read_only", entry };
    return { kind: "found", entry };
  }

  /** What the inputs of a tool declare; empty for an unknown tool. */
  inputsOf(name: string): DeclaredInputs {
    return this.#entries.get(name)?.declared ?? NO_INPUTS;
  }

  /** The title of a tool; undefined for an unknown tool. */
  titleOf(name: string): string | undefined {
    return this.#entries.get(name)?.tool.title;
  }

  /** Whether a tool only reads, asks nobody, waits for nothing and carries no other call. */
  isPlain(name: string): boolean {
    const entry = this.#entries.get(name);
    if (entry === undefined || entry.slow) return false;
    const { effect, asks, forwards } = entry.tool;
    return effect === "read" && !asks && !forwards;
  }

  /** Whether the answer to a call is streamed: the tool is slow, or it calls a slow tool. */
  isSlow(name: string, args?: unknown): boolean {
    const entry = this.#entries.get(name);
    if (entry?.tool.forwards !== true || entry.tool.takesBack) return entry?.slow ?? false;
    const inner = memberOf(args, "name");
    return typeof inner === "string" && (this.#entries.get(inner)?.slow ?? false);
  }
}

const NO_INPUTS: DeclaredInputs = new Map();

function entryInputs(tool: Tool): EntryInputs {
  const schemas = inputSchemas(tool.input);
  const inputs = [...schemas.declared.values()];
  return {
    ...schemas,
    // The call of a receipt may be slow.
    slow: tool.takesBack || inputs.some(({ role }) => role === "wait"),
    shorter: inputs.find(({ shorter }) => shorter !== undefined)?.shorter,
  };
}

function listedTool(tool: Tool, inputSchema: ObjectJsonSchema): ListedTool {
  const outputSchema = listedOutput(tool.output);
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema,
    ...(outputSchema !== undefined && { outputSchema }),
    annotations: annotations(tool),
  };
}

function annotations(
  { title, effect, idempotent }: { title: string; effect: Effect; idempotent: boolean },
): Annotations {
  return {
    title,
    readOnlyHint: effect === "read",
    destructiveHint: effect === "destructive",
    idempotentHint: idempotent,
    openWorldHint: true,
  };
}
