/** Taking a change back. */
import { defineTakingBackTool } from "../define/forwarding_tool.ts";
import type { Tool } from "../define/tool.ts";
import { receiptInput, UNDO_CHANGE } from "../define/undo_input.ts";

const undoChange = defineTakingBackTool({
  name: UNDO_CHANGE,
  title: "Take a change back",
  toolset: "basic",
  effect: "destructive",
  description: "Takes back a change: puts things back as they were before it, by the receipt in its answer. Asks a " +
    "person as that call does, and where it was changed again since; can be taken back itself.",
  input: receiptInput,
});

/** The tools of this file. */
export const undoTools: readonly Tool[] = [undoChange];
