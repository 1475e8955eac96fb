/** The world of a client: a server process over a sandbox Cloudways, a recorder in front of it, and a person. */
import { DEMO_ACCOUNT, type Sandbox, startSandbox } from "../sandbox/mod.ts";
import { startServer } from "../support/process.ts";
import { type ListedTool, listedTools } from "./listed_tools.ts";
import { type Person, startPerson } from "./person.ts";
import { type Plan, planFor } from "./plan.ts";
import { type StandIn, startStandIn } from "./stand_ins/mod.ts";
import { startWire, type Wire } from "./wire.ts";

/** One client's world; the next one gets a fresh one. */
export interface World extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly wire: Wire;
  readonly person: Person;
  /** The model of clients that bring one. */
  readonly model: StandIn;
  readonly plan: Plan;
  /** The tools as the server lists them. */
  readonly listed: readonly ListedTool[];
  /** The access token of the account. */
  readonly token: string;
}

/** Starts a world. */
export async function startWorld(): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const sandbox = stack.use(await startSandbox());
  const server = stack.use(await startServer("deno run", { CLOUDWAYS_API_BASE_URL: sandbox.baseUrl }));
  const wire = stack.use(startWire(server.mcpUrl));
  const person = stack.use(startPerson());
  const listed = await listedTools(server.mcpUrl);
  const plan = planFor(sandbox);
  const model = stack.use(startStandIn(plan, listed));
  const owned = stack.move();
  return {
    sandbox,
    wire,
    person,
    model,
    plan,
    listed,
    token: DEMO_ACCOUNT.accessTokens[0].token,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
