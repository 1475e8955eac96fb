/** The default origin of the approval page. */
const DEFAULT_ORIGIN = "http://127.0.0.1:7000";

/** Sends the form of the approval page, as a person does, and returns the status of the answer. */
export async function decide(
  base: string,
  path: string,
  form: Record<string, string>,
  origin = DEFAULT_ORIGIN,
): Promise<number> {
  const response = await fetch(base + path, {
    method: "POST",
    headers: { origin, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(form),
    redirect: "manual",
  });
  await response.body?.cancel();
  return response.status;
}
