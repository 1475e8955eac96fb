/** The script of a stand-in model: calls the plan's tools one after the other, and keeps what comes back. */
import { approve } from "../person.ts";
import type { Plan, PlannedCall } from "../plan.ts";
import type { ListedTool } from "../listed_tools.ts";
import type { DriverReport } from "../drive.ts";

/** A tool that a request offers to the model. */
export interface OfferedTool {
  /** Its arguments, with the type of each. */
  properties?: Readonly<Record<string, { type?: unknown }>> | undefined;
  /** As the client names it to the model. */
  name: string;
  /** The API's group of one server's tools. */
  namespace?: string | undefined;
}

/** A call that the model answers with. */
export interface ScriptedCall {
  id: string;
  tool: OfferedTool;
  arguments: Record<string, unknown>;
}

const ORDER = ["read", "error", "optional", "progress", "destructive"] as const;
type Answered = typeof ORDER[number] | "again";

/** One run of a client with a stand-in model. */
export class Script {
  readonly #plan: Plan;
  readonly #known: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #answers: Partial<Record<Answered, string>> = {};
  readonly #offered = new Map<string, OfferedTool>();
  readonly #ahead: Answered[] = [...ORDER];
  #count = 1;

  /** `listed` are the tools as our server lists them. */
  constructor(plan: Plan, listed: readonly ListedTool[]) {
    this.#plan = plan;
    this.#known = new Map(listed.map(({ name, inputSchema }) => [name, new Set(Object.keys(inputSchema.properties))]));
  }

  /**
   * The model's reply to a request: a call, or undefined for plain text. `results` are the texts of tool results in
   * the conversation, by the id of their call. Requests without our tools are side work, such as making up a title.
   */
  async next(offered: readonly OfferedTool[], results: ReadonlyMap<string, string>): Promise<ScriptedCall | undefined> {
    for (const tool of offered) this.#offered.set(`${tool.namespace ?? ""}${tool.name}`, tool);
    if (this.#toolFor(this.#plan.read, offered) === undefined) return undefined;
    const result = results.get(this.#id());
    if (result !== undefined) await this.#keep(result);
    const [step] = this.#ahead;
    if (step === undefined) return undefined;
    const planned = this.#plan[step === "again" ? "destructive" : step];
    const tool = this.#toolFor(planned, offered);
    if (tool === undefined) return undefined;
    return { id: this.#id(), tool, arguments: { ...planned.arguments, ...this.#added(planned.name, tool) } };
  }

  /** What the model saw, or undefined without a request with our tools. */
  report(): DriverReport | undefined {
    if (this.#answers.read === undefined) return undefined;
    return {
      tools: [...this.#offered.values()].map(({ name }) => name),
      answers: this.#answers,
      progress: null,
      questions: null,
    };
  }

  async #keep(result: string): Promise<void> {
    const step = this.#ahead.shift();
    this.#count++;
    if (step === undefined) return;
    this.#answers[step] = result;
    if (step === "destructive" && await approve(result)) this.#ahead.push("again");
  }

  #toolFor({ name }: PlannedCall, offered: readonly OfferedTool[]): OfferedTool | undefined {
    return offered.find((tool) => tool.name === name || tool.name.endsWith(`_${name}`));
  }

  /** Some clients add arguments of their own to every tool: a model fills them in like the others. */
  #added(name: string, { properties = {} }: OfferedTool): Record<string, unknown> {
    const own = this.#known.get(name);
    const added = Object.entries(properties).filter(([argument]) => own !== undefined && !own.has(argument));
    return Object.fromEntries(added.map(([argument, { type }]) => [argument, type === "boolean" ? false : "text"]));
  }

  /** One call has one id, however often the client sends the same conversation. */
  #id(): string {
    return `call_${this.#count}`;
  }
}
