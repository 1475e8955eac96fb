/** Gives what `work` gives, and throws with this reason where that takes longer: a test is to fail, not to hang. */
export async function within<T>(ms: number, work: Promise<T>, reason: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(reason)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
