/** Everyday jobs of an agency, as the evaluation replays them. */
import type { Sandbox } from "../sandbox/mod.ts";

/** The JSON of an answer, or a part of it. */
export type Json = Record<string, unknown>;

/** One call of a job. */
export interface Step {
  tool: string;
  /** Its arguments, where they need values from earlier answers. */
  args: Json | ((answers: readonly Json[]) => Json);
}

/** Something a person wants to know or have at the end. */
export interface Fact {
  /** What it is, in a few words. */
  says: string;
  /** Whether the answers hold it; the sandbox says what is true. */
  holds: (answers: readonly Json[], sandbox: Sandbox) => boolean;
}

/** A job with its ideal calls. */
export interface Job {
  name: string;
  /** What the person asks for. */
  ask: string;
  steps: readonly Step[];
  facts: readonly Fact[];
}

/** A value deep in an answer; undefined if there is none. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, name) => Object(inner)[name], value);
}

/** The entries of a list in an answer; empty if it is not there. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): Json[] {
  const list = at(value, ...path);
  return Array.isArray(list) ? list.map((entry): Json => ({ ...Object(entry) })) : [];
}
