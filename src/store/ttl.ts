/** `ttlMs` in whole milliseconds, rounded up. Throws a RangeError unless it is positive and finite. */
export function checkTtl(ttlMs: number): number {
  const whole = Math.ceil(ttlMs);
  if (!Number.isSafeInteger(whole) || whole < 1) throw new RangeError(`A TTL must be positive milliseconds: ${ttlMs}`);
  return whole;
}
