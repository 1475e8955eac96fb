/** What the timer of {@linkcode within} gives; no work gives it. */
const LATE = Symbol("late");

/**
 * Waits for work, but not for longer than `ms` milliseconds. The timer ends with the wait. Late work goes on; if it fails
 * then, nobody hears of it.
 *
 * @param onLate Called once the time is up: what it gives or throws takes the place of what the work gives.
 * @throws What the work or `onLate` throws.
 */
export async function within<T, L>(ms: number, work: Promise<T>, onLate: () => L): Promise<T | Awaited<L>> {
  const timeUp = Promise.withResolvers<typeof LATE>();
  const timer = setTimeout(() => timeUp.resolve(LATE), ms);
  const first = await Promise.race([work, timeUp.promise]).finally(() => clearTimeout(timer));
  return first === LATE ? await onLate() : first;
}
