import { DEFAULT_TOOLSETS } from "../../src/identity/toolsets.ts";
import { allTools } from "../../src/tools/all.ts";

/** The names of the tools that are listed by default, in the order of the list. */
export const DEFAULT_LIST: readonly string[] = allTools
  .filter(({ toolset }) => DEFAULT_TOOLSETS.some((listed) => listed === toolset))
  .map(({ name }) => name).sort();
