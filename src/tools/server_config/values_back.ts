/** Putting values back that stand under names. */
import type { ChangedState } from "../define/undo.ts";
import type { ValueChange } from "../define/values_change.ts";

/** Values under the names that people know. */
export function stateOf<N extends string>(
  values: Readonly<Partial<Record<N, string | null>>>,
  names: readonly N[],
  labelOf: (name: N) => string,
): ChangedState {
  return Object.fromEntries(
    names.filter((name) => name in values).map((name) => [labelOf(name), values[name] ?? null]),
  );
}

/** The values that changes leave behind, under the names that people know. */
export function stateAfter<N extends string>(
  changes: readonly ValueChange<N>[],
  labelOf: (name: N) => string,
): ChangedState {
  return Object.fromEntries(changes.map(({ name, after }) => [labelOf(name), after]));
}

/**
 * The arguments that put changes back; undefined where one of the values was not told or can't be sent.
 *
 * @param inputOf A value as the input takes it, from how it is sent; undefined where no input sends it.
 */
export function argumentsBack<N extends string>(
  changes: readonly ValueChange<N>[],
  inputOf: (name: N, sent: string) => unknown,
  { server_id }: { server_id: number },
): Record<string, unknown> | undefined {
  const back = changes.map(({ name, before }) => [name, before === null ? undefined : inputOf(name, before)] as const);
  return back.some(([, value]) => value === undefined) ? undefined : { server_id, ...Object.fromEntries(back) };
}
