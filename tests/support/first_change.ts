/** The arguments of a row's call, after the change was made whose receipt it needs. */
import type { ToolRow } from "../tool_rows/row.ts";
import { callTool } from "./rpc.ts";
import { receiptOf } from "./undo_cases.ts";

/** Makes the change that a row needs first, if it needs one, and gives the arguments of its call. */
export async function afterFirstChange(
  url: URL,
  { changeFirst }: ToolRow,
  args: Record<string, unknown>,
  headers: Record<string, string>,
): Promise<Record<string, unknown>> {
  if (changeFirst === undefined) return args;
  const { json } = await callTool(url, changeFirst.tool, changeFirst.args, headers);
  return { ...args, receipt: receiptOf(json) };
}
