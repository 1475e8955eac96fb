/** How the calls of many tools are put back. */
import { holdsHidden } from "./hidden_entries.ts";
import type { AppFacts } from "./questions.ts";
import type { ChangedState, Reverse } from "./undo.ts";

/**
 * How a call is put back that switches one thing of an application by its input `enabled`.
 *
 * @param name What it is called in the state.
 */
export function switchedBack(name: string) {
  return (before: ChangedState, { app }: AppFacts, { enabled }: { enabled: boolean }): Reverse => {
    const was = before[name];
    return {
      after: { [name]: enabled },
      arguments: typeof was === "boolean" ? { app_id: app.id, enabled: was } : undefined,
    };
  };
}

/** The reverse of a call that gives something another label by its input `label`; `target` are its ids. */
export function renamedBack(
  before: string,
  { label, target }: { label: string; target: Record<string, unknown> },
): Reverse {
  const isWhole = !holdsHidden(before);
  return { after: { Label: label }, arguments: isWhole ? { ...target, label: before } : undefined };
}
