/** `2026-08-01 09:30:00`, in UTC: how records write a time. */
export function recordTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ");
}

/** `2026-08-05T23:19:06`, in UTC: how restore points are written. */
export function restorePoint(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19);
}

/** `05, 08, 2026 - 13:09`, in UTC: how the Git history writes a time. */
export function gitTime(milliseconds: number): string {
  const text = new Date(milliseconds).toISOString();
  return `${text.slice(8, 10)}, ${text.slice(5, 7)}, ${text.slice(0, 4)} - ${text.slice(11, 16)}`;
}
