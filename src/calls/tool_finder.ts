import type { Bounds } from "../identity/bounds.ts";
import type { FindOptions, FoundTools } from "../tools/define/tool.ts";
import { withUsableTools } from "../tools/search/statements.ts";
import { type SearchableTool, ToolSearch } from "../tools/search/tool_search.ts";
import type { Catalogue, CatalogueEntry } from "./catalogue.ts";

interface IndexedTool extends SearchableTool {
  readonly entry: CatalogueEntry;
}

/** Finds the tools of a catalogue by what somebody wants to do. Discovery's own tools are not among them. */
export class ToolFinder {
  readonly #catalogue: Catalogue;
  #search: ToolSearch<IndexedTool> | undefined;

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  /** The best tools within a caller's bounds, listed or not. */
  find(query: string, bounds: Bounds, { limit, toolset }: FindOptions): FoundTools {
    const isUsable = (name: string) => this.#catalogue.lookUp(name, bounds).kind === "found";
    const { tools, statements } = this.#index().search(query, {
      limit,
      isAllowed: ({ name, entry }) => isUsable(name) && (toolset === undefined || entry.tool.toolset === toolset),
    });
    return {
      tools: tools.map(({ entry: { tool, listed } }) => ({
        name: tool.name,
        toolset: tool.toolset,
        effect: tool.effect,
        description: tool.description,
        input_schema: listed.inputSchema,
      })),
      statements: statements.map((text) => withUsableTools(text, isUsable)).filter((text) => text !== undefined),
    };
  }

  /** Made at the first search, and once. */
  #index(): ToolSearch<IndexedTool> {
    return this.#search ??= new ToolSearch<IndexedTool>(
      this.#catalogue.entries().filter(({ tool }) => tool.toolset !== "discovery").map((entry) => {
        const { name, title, description, toolset, effect } = entry.tool;
        return { name, title, description, toolset, effect, entry };
      }),
    );
  }
}
