/** The origin of the approval page where nothing else is configured. */
const DEFAULT_ORIGIN = "http://127.0.0.1:7000";

/** What a person does on the approval page: sends its form, and gives the status that this was answered with. */
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
