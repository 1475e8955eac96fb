/**
 * Returns the result of `work`, or throws with this reason if that takes longer, so that a test fails instead of
 * hanging.
 */
export async function within<T>(ms: number, work: Promise<T>, reason: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(reason)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
