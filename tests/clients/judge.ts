/** Turns a client's report and the recorded messages into a row of the matrix. */
import type { DriverReport } from "./drive.ts";
import { type Column, COLUMNS } from "./list.ts";
import { approvalAddressIn } from "./person.ts";
import { callsOf, notificationsIn, revisionOf, sentMessages } from "./wire.ts";
import type { World } from "./world.ts";

/** A cell: passed, failed, or nothing to judge. */
export interface Cell {
  state: "yes" | "no" | "none";
  text: string;
}

/** A judged client. */
export interface Judged {
  era: string;
  cells: Record<Column, Cell>;
}

const yes = (text = "yes"): Cell => ({ state: "yes", text });
const no = (text: string): Cell => ({ state: "no", text });
const none = (text = "–"): Cell => ({ state: "none", text });

/** Judges a client by its report and by what the server got. */
export function judge(report: DriverReport, world: World): Judged {
  const judges: Record<Column, () => Cell> = {
    list: () => judgeList(report, world),
    call: () => judgeCalls(report, world),
    progress: () => judgeProgress(report, world),
    confirmation: () => judgeConfirmation(report, world),
    cancel: () => judgeCancel(report, world),
  };
  const [list, call, progress, confirmation, cancel] = COLUMNS.map((column) => judges[column]());
  if (!list || !call || !progress || !confirmation || !cancel) throw new Error("A column has no judge.");
  return { era: revisionOf(world.wire) ?? "?", cells: { list, call, progress, confirmation, cancel } };
}

/** A client that could not run the plan: its last output, in place of the list. */
export function judgeFailure(message: string, world: World): Judged {
  const words = message.split("\n").map((line) => line.replace(/^[\s|+-]+/, "")).findLast((line) => line !== "") ?? "";
  const list = no(words.slice(0, 100));
  return {
    era: revisionOf(world.wire) ?? "?",
    cells: { list, call: none(), progress: none(), confirmation: none(), cancel: none() },
  };
}

/** Clients put a server's name before a tool's. */
function judgeList({ tools }: DriverReport, { listed }: World): Cell {
  const missing = listed.filter(({ name }) => !tools.some((tool) => tool === name || tool.endsWith(`_${name}`)));
  return missing.length === 0 ? yes(`${listed.length}`) : no(`${missing.length} of ${listed.length} missing`);
}

function judgeCalls({ answers }: DriverReport, { sandbox, wire, plan }: World): Cell {
  const [server] = sandbox.account().servers;
  // A client that checks arguments itself may refuse null before the server sees it.
  const reached = callsOf(wire, plan.optional.name).length > 0;
  const problems = [
    server !== undefined && answers.read?.includes(server.label) ? undefined : "no data",
    answers.error?.includes("not_found") ? undefined : "code not seen",
    reached && refused(answers.optional) ? "null refused" : undefined,
  ].filter((problem) => problem !== undefined);
  if (problems.length > 0) return no(problems.join(", "));
  return yes(reached ? "yes" : "yes; it refuses null itself");
}

function refused(answer = "threw"): boolean {
  return answer.includes("invalid_arguments") || answer.startsWith("threw");
}

function judgeProgress({ progress, answers }: DriverReport, { wire, plan }: World): Cell {
  const done = answers.progress?.includes("completed") ?? false;
  if (!done) return no("the call failed");
  const calls = callsOf(wire, plan.progress.name);
  const sent = calls.reduce((sum, { exchange }) => sum + notificationsIn(exchange, "notifications/progress"), 0);
  const asked = calls.some(({ params }) => Object.hasOwn(Object(params?.["_meta"]), "progressToken"));
  if (!asked) return progress === null ? none("does not ask") : no("no token sent");
  if (sent === 0) return no("none sent");
  if (progress === null) return yes("sent, not shown");
  return progress > 0 ? yes() : no("sent, not passed on");
}

function judgeConfirmation({ answers, questions }: DriverReport, { sandbox }: World): Cell {
  const restarts = sandbox.requestsTo("server_restart").length;
  if (restarts > 1) return no(`carried out ${restarts} times`);
  if (restarts === 1 && answers.again === undefined) return questions?.length ? yes("form") : no("carried out unasked");
  if (restarts === 1) return yes("page");
  const seen = answers.destructive ?? "";
  return approvalAddressIn(seen) === undefined ? no(`no address${codeIn(seen)}`) : no("approved, not carried out");
}

/** The code of a refusal, if it is visible. */
function codeIn(text: string): string {
  const code = /confirmation_\w+/.exec(text)?.[0];
  return code === undefined ? ", no code" : `: ${code}`;
}

/** A cancellation counts if the client's call ends and the server is notified. */
function judgeCancel({ answers }: DriverReport, { wire, plan }: World): Cell {
  if (answers.cancel === undefined) return none();
  if (!answers.cancel.startsWith("threw")) return no("the call went on");
  const isNotified = sentMessages(wire).some(({ method }) => method === "notifications/cancelled");
  const left = callsOf(wire, plan.cancel.name).some(({ exchange }) => exchange.left);
  if (isNotified) return yes("message");
  return left ? yes("closes the stream") : no("the server is not notified");
}
