/**
 * What every driver in JavaScript does with its client: follows the plan, and prints one line of JSON.
 *
 * A client is `{ tools, call, questions, progress, cancel }`:
 * - `tools()` gives the names of the tools that arrived;
 * - `call(name, args, { onProgress, signal })` gives the text that a model would see, errors included;
 * - `questions` holds the messages of the forms that were shown, or is absent where the client has none;
 * - `progress` and `cancel` say whether the client can ask for progress and end a call.
 */
const plan = JSON.parse(process.env.CLIENT_PLAN ?? "{}");

export const url = process.env.MCP_URL ?? "";
export const headers = { "x-cloudways-access-token": process.env.MCP_TOKEN ?? "" };

/** Text of a `tools/call` result. */
export function textOf(result) {
  return (result.content ?? []).map((part) => part.text ?? `[${part.type}]`).join("\n");
}

export async function follow({ tools, call, questions, progress = false, cancel = false }) {
  const say = (name, args, options = {}) =>
    Promise.resolve(call(name, args, options)).then(String, (error) => `threw: ${error?.message ?? error}`);
  const step = (name, options) => say(plan[name].name, plan[name].arguments, options);
  const told = { tools: await tools(), answers: {} };
  for (const name of ["read", "error", "optional"]) told.answers[name] = await step(name);

  let seen = 0;
  told.answers.progress = await step("progress", progress ? { onProgress: () => seen++ } : {});
  told.progress = progress ? seen : null;

  told.answers.destructive = await step("destructive");
  const approved = await fetch(process.env.PERSON_URL, { method: "POST", body: told.answers.destructive });
  if (approved.ok) told.answers.again = await step("destructive");
  told.questions = questions ?? null;

  if (cancel) {
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(), 1500);
    told.answers.cancel = await step("cancel", { signal: ending.signal });
    clearTimeout(timer);
    // The message that cancels is sent after the call has ended for its caller.
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  console.log(`TOLD ${JSON.stringify(told)}`);
}
