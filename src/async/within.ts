/** The result of the timer in {@linkcode within}. */
const LATE = Symbol("late");

/**
 * Waits for work, but not for longer than `ms` milliseconds. The timer ends with the wait. Late work goes on; its result
 * or error is ignored.
 *
 * @param onLate Called once the time is up. Its result or error replaces that of the work.
 * @throws What the work or `onLate` throws.
 */
export async function within<T, L>(ms: number, work: Promise<T>, onLate: () => L): Promise<T | Awaited<L>> {
  const timeUp = Promise.withResolvers<typeof LATE>();
  const timer = setTimeout(() => timeUp.resolve(LATE), ms);
  const first = await Promise.race([work, timeUp.promise]).finally(() => clearTimeout(timer));
  return first === LATE ? await onLate() : first;
}
