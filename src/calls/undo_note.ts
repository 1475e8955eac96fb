/** What an answer says of taking its change back. */
import * as z from "zod";
import type { UndoDecision } from "../tools/define/undo.ts";

/** `instead` names what does the next best; `none` says why there is no receipt. */
export const undoNote = z.union([
  z.strictObject({ receipt: z.string(), until: z.string(), does: z.string() }),
  z.strictObject({ instead: z.string() }),
  z.strictObject({ none: z.string() }),
]);

/** What an answer says of taking its change back. */
export type UndoNote = z.output<typeof undoNote>;

/** Whether a change can be taken back that is not made yet, in a few words. */
export function undoWords(undo: UndoDecision | undefined): string {
  if (undo === undefined || "none" in undo) return "no";
  return "instead" in undo ? "in another way" : "by receipt";
}
