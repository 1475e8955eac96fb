import type { Sandbox } from "../sandbox/mod.ts";

/** How a tool is called in the contract tests, and by the examples in the documentation. */
export interface ToolRow {
  tool: string;
  /** The least it needs. */
  minimal: Record<string, unknown>;
  /** Everything it takes. */
  full: Record<string, unknown>;
  /** Arguments it must refuse, and the argument that its refusal names. */
  wrong: { args: Record<string, unknown>; names: string }[];
  /** Brings the sandbox into the state that the call needs. */
  setUp?: (sandbox: Sandbox) => void;
  /** The operations of the facts that a minimal call causes, in any order, each once. */
  asks: string[];
}
