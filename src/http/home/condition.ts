import type { Store } from "../../store/store.ts";
import { type ProbeOptions, storeProblem } from "../probes.ts";
import type { Condition } from "./about.ts";

/** How this server is, as `/ready` knows it, in words for a person. */
export async function conditionOf(
  { store, breakerState, notReadyReason }: Pick<ProbeOptions, "breakerState" | "notReadyReason"> & {
    store: Pick<Store, "ping">;
  },
): Promise<Condition> {
  if (notReadyReason() !== undefined) return { isGood: false, text: "Shutting down: try again in a minute" };
  if (await storeProblem(store) !== undefined) {
    return { isGood: false, text: "Trouble: this server can't reach its store; its operator has to look" };
  }
  if ((breakerState?.() ?? "closed") !== "closed") {
    return { isGood: false, text: "Cloudways does not answer at the moment: calls may fail" };
  }
  return { isGood: true, text: "Ready" };
}
