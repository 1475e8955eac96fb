import type { Toolset } from "./toolsets.ts";

/** What one request may do, and what it is shown of that. */
export interface Bounds {
  /** Only tools whose effect is `read` may be called. */
  readOnly: boolean;
  /** The toolsets whose tools may be used. */
  toolsets: ReadonlySet<Toolset>;
  /** The toolsets whose tools are listed, as far as they may be used. */
  listedToolsets: ReadonlySet<Toolset>;
}
