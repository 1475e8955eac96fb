/** The ways in which one call can be made. */

/** By the tool's own name, or through `call_tool`. */
export type Way = "by name" | "through call_tool";

/** A call and its way. */
export interface CallInWay {
  tool: string;
  args: Record<string, unknown>;
  way: Way;
}

/** What is called, and with what. */
export function inWay({ tool, args, way }: CallInWay): { name: string; args: Record<string, unknown> } {
  if (way === "by name") return { name: tool, args };
  return { name: "call_tool", args: { name: tool, arguments: JSON.stringify(args) } };
}

/** The way that it is not. */
export function otherWay(way: Way): Way {
  return way === "by name" ? "through call_tool" : "by name";
}
