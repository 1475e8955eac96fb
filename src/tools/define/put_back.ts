/** How the calls of many tools are put back. */
import type { z } from "zod";
import { type AppFacts, onApp } from "./questions.ts";
import type { ChangedState, Reversible, StateValue } from "./undo.ts";

/** A flag of a state; undefined where it is not told. */
export function flagOf(value: StateValue | undefined): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

/** A list of a state; undefined where it is not told. */
export function listOf(value: StateValue | undefined): string[] | undefined {
  return typeof value === "object" && value !== null ? [...value] : undefined;
}

/** A text of a state; undefined where it is not told. */
export function textOf(value: StateValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/**
 * How the calls of a tool are put back that switches one thing of an application by its input `enabled`.
 *
 * @param name What it is, for people.
 * @param now Whether it is on; null where that is not told.
 */
export function switchesBack<
  I extends z.ZodObject<{ app_id: z.ZodNumber; enabled: z.ZodBoolean }>,
  O extends z.ZodObject,
  F extends AppFacts,
>(name: string, now: (facts: F) => boolean | null): Reversible<I, O, F> {
  return {
    state: (facts) => ({ [name]: now(facts) }),
    about: onApp,
    reverse: (before: ChangedState, { app }, { enabled: wanted }) => {
      const enabled = flagOf(before[name]);
      return { after: { [name]: wanted }, arguments: enabled === undefined ? undefined : { app_id: app.id, enabled } };
    },
  };
}
