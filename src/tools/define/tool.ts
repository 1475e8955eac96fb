import * as z from "zod";
import type { Caller } from "../../identity/caller.ts";
import type { Clock } from "../../async/clock.ts";
import { once } from "../../async/once.ts";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import type { AuditReader } from "../../audit/record.ts";
import type { HealthThresholds } from "../../config/health_thresholds.ts";
import type { JsonValue } from "../../text/clean.ts";
import type { Toolset } from "../../identity/toolsets.ts";
import type { DeclaredInputs } from "../../confirm/declared_input.ts";
import type { Question } from "../../confirm/question.ts";
import { type GoneForGood, textToType } from "../../confirm/typed_label.ts";
import type { Plans } from "./plans.ts";
import type { CallSecrets, Show } from "../../secrets/call_secrets.ts";
import { type PlannedUndo, type Reversible, type Undo, type UndoDecision, undoDecision } from "./undo.ts";

/**
 * What a call does to the account. Everything about safety follows from it: annotations, the read-only filter, whether
 * a person is asked, the audit record, and whether a request may be sent twice.
 */
export type Effect = "read" | "write" | "destructive";

/** A verb for each effect, for people. */
export const EFFECT_WORDS = { read: "reads", write: "changes", destructive: "destructive" } as const satisfies Record<
  Effect,
  string
>;

/** How to search for tools. */
export interface FindOptions {
  /** At most so many. */
  limit: number;
  /** Only tools of this toolset. */
  toolset?: Toolset | undefined;
}

/** A tool as `find_tools` shows it. */
export type FoundTool = {
  name: string;
  toolset: Toolset;
  effect: Effect;
  description: string;
  /** A JSON Schema, as `tools/list` shows it. */
  input_schema: Record<string, unknown>;
};

/** What a search for tools found. */
export interface FoundTools {
  /** Best first. */
  tools: FoundTool[];
  /** For each thing that Cloudways' API can't do: a sentence that says so, and what is possible instead. */
  statements: string[];
}

/** What a tool is given besides its input. */
export interface ToolContext {
  /** The caller's Cloudways account. */
  account: CloudwaysAccount;
  /** The caller. */
  caller: Caller;
  clock: Clock;
  /** The customer's audit records. */
  audit: AuditReader;
  /** From which figures on a health check reports a problem. */
  healthThresholds: HealthThresholds;
  /** What the inputs of a tool declare; empty for an unknown tool. */
  inputsOf: (toolName: string) => DeclaredInputs;
  /** The title of a tool, for people; undefined for an unknown tool. */
  titleOf: (toolName: string) => string | undefined;
  /** Makes passwords, and shows secrets to the person and not to the model. */
  secrets: CallSecrets;
  /** Makes and applies plans of several calls. Those of a step fail. */
  plans: Plans;
  /** Finds tools that the caller may use. */
  findTools: (query: string, options: FindOptions) => FoundTools;
  /** Aborts when waiting is over: the client has left, the time is up, or this process ends. */
  stopWaiting: AbortSignal;
  /** Sends the client the progress of the call, if it asked for it. */
  progress: (message: string, done: number, total: number) => void;
}

/** The context of a call without credentials, or with malformed ones. */
export interface StrangerContext extends Omit<ToolContext, "account" | "secrets" | "plans"> {
  account: undefined;
}

/** The context of a call that may have no credentials. */
export type AnonymousContext = ToolContext | StrangerContext;

/** The current meaning of a former input name. */
export interface FormerName {
  /** The input's name now. */
  name: string;
  /** Former values and their current ones; left out if the values have not changed. */
  values?: Readonly<Record<string, JsonValue>>;
}

/** Former names of a tool's inputs: accepted, but not listed. Where the input takes a list now, one value counts as one. */
export type FormerNames = Readonly<Record<string, FormerName>>;

/** What every kind of tool says of itself. */
export interface ToolDefinition<I extends z.ZodObject, O extends z.ZodObject> {
  /** The name by which clients call it; never changes. */
  name: string;
  /** For people, in lists. */
  title: string;
  toolset: Toolset;
  effect: Effect;
  /** For the model: what it does, when to use it, what it needs, what it costs. */
  description: string;
  /**
   * Makes the schema of its input, when it is first needed; unknown members are refused. Describe every property. A
   * tool with `wait_seconds` is slow: its answers are streamed, so that the server notices when the client disconnects.
   */
  input: () => I;
  /** Names that inputs had before, so that older calls still work. */
  formerly?: FormerNames;
  /** Makes the schema of its output, when it is first needed: top-level members are typed, deeper ones are open. */
  output: () => O;
  /** Calling it twice with the same input has the same effect as calling it once. Reads are always idempotent. */
  idempotent?: boolean;
  /**
   * It is about the whole account, so callers that are bound to some servers don't have it. Set it to false for a tool
   * that has no required `server_id` or `app_id`, and shows such callers only what is on their servers.
   */
  accountWide?: boolean;
  /**
   * Where this input shows secrets, if at all. `page`: the call is refused before anything is read if there is no page.
   * `answer`: they are not hidden in the answer. A read that shows secrets needs a person's yes too.
   */
  showsSecrets?: (input: z.output<I>) => Show | undefined;
  /** Its answer contains no data of the account or the caller, so no member is hidden because of its name. */
  publicAnswer?: boolean;
  /** Whether this input shows the string literals of queries, which are hidden otherwise. */
  showsLiterals?: (input: z.output<I>) => boolean;
}

/** A tool that needs credentials. */
export interface AccountToolDefinition<I extends z.ZodObject, O extends z.ZodObject> extends ToolDefinition<I, O> {
  /** What asks a person first is made by {@linkcode defineAskingTool}. */
  effect: "read" | "write";
  /** Every tool that changes something says what undoes it. What is put back is made by {@linkcode defineWriteTool}. */
  undo?: { none: string } | { instead: string };
  handler: (input: z.output<I>, context: ToolContext) => Promise<z.input<O>>;
}

/** A tool that changes something nobody is asked about, and reads first what it changes. */
export interface WriteToolDefinition<I extends z.ZodObject, O extends z.ZodObject, F> extends ToolDefinition<I, O> {
  effect: "write";
  /** Reads what the call changes, from Cloudways and never from a cache. Changes nothing. */
  facts: (input: z.output<I>, context: ToolContext) => Promise<F>;
  /** Carries the call out, using the facts. */
  handler: (input: z.output<I>, context: ToolContext, facts: F) => Promise<z.input<O>>;
  /** What undoes its calls. */
  undo: Reversible<I, O, F>;
}

/** A tool of which some or all calls need a person's yes. Every destructive tool is one. */
export interface AskingToolDefinition<I extends z.ZodObject, O extends z.ZodObject, F> extends ToolDefinition<I, O> {
  /**
   * A read asks if it shows secrets, or if it makes Cloudways connect to a host. A read-only caller is refused then.
   */
  effect: "destructive" | "read";
  /** Reads the target of the call, from Cloudways and never from a cache. Changes nothing. */
  facts: (input: z.output<I>, context: ToolContext) => Promise<F>;
  /** The question, made only of the facts and the input; undefined if this call needs no yes. */
  question: (facts: F, input: z.output<I>) => Question | undefined;
  /** What is gone for good after the call. The person has to type its label to approve. */
  goneForGood?: (facts: F, input: z.output<I>) => GoneForGood;
  /** Carries the call out, using the facts. */
  handler: (input: z.output<I>, context: ToolContext, facts: F) => Promise<z.input<O>>;
  /** What undoes its calls. Every tool that changes something says so. */
  undo?: Undo<I, O, F>;
}

/** A tool that also answers without credentials. */
export interface AnonymousToolDefinition<I extends z.ZodObject, O extends z.ZodObject> extends ToolDefinition<I, O> {
  effect: "read";
  anonymousHandler: (input: z.output<I>, context: AnonymousContext) => Promise<z.input<O>>;
}

/** A valid input, and how to go on with it. */
export interface PreparedCall {
  /** The canonical input: parsed, normalised, defaults filled in. */
  input: Record<string, unknown>;
  /** Where it shows secrets; undefined if it shows no secrets. */
  showsSecrets: Show | undefined;
  showsLiterals: boolean;
  /** Reads the target of the call; changes nothing. */
  plan: (context: AnonymousContext) => PlannedCall | Promise<PlannedCall>;
}

/** A call whose facts are known. */
export interface PlannedCall {
  /** What a person has to approve first; undefined if nobody needs to be asked. */
  question: Question | undefined;
  /** Carries it out. */
  run: () => Promise<Record<string, unknown>>;
  /** How it is put back; undefined for a tool whose calls are not. */
  undo?: PlannedUndo | undefined;
}

/**
 * A tool as the catalogue keeps it, without its type parameters. What follows from its schemas is made when it is first
 * read, and kept: most processes need few tools, and all schemas together take longer than the rest of the start.
 */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly toolset: Toolset;
  readonly effect: Effect;
  readonly description: string;
  readonly input: z.ZodObject;
  readonly formerly: FormerNames;
  readonly output: z.ZodObject;
  readonly idempotent: boolean;
  /** It is about the whole account, so callers that are bound to some servers don't have it. */
  readonly accountWide: boolean;
  /** Works without credentials. */
  readonly anonymous: boolean;
  /** Some or all of its calls need a person's yes. */
  readonly asks: boolean;
  /** To approve it, a person has to type the label of what is gone for good. */
  readonly typesLabel: boolean;
  /** Its answer contains no data of the account or the caller. */
  readonly publicAnswer: boolean;
  /** It carries another call: of the tool that its arguments name (see `forwarding_tool.ts`), or of a receipt. */
  readonly forwards: boolean;
  /** It carries the call of a receipt, which takes a change back. */
  readonly takesBack: boolean;
  /** What undoes its calls; undefined for a tool that changes nothing. */
  readonly undo: UndoDecision | undefined;
  /** Checks arguments; the problems are returned, not thrown. */
  prepare(args: unknown): PreparedCall | z.ZodError;
}

/** Makes a tool that needs credentials. */
export function defineTool<I extends z.ZodObject, O extends z.ZodObject>(
  definition: AccountToolDefinition<I, O>,
): Tool {
  return toTool(definition, {
    anonymous: false,
    asks: false,
    plan: (input, context) => {
      const withAccount = accountContext(definition.name, context);
      return { question: undefined, run: () => definition.handler(input, withAccount) };
    },
  });
}

/** Makes a tool that reads what it changes, and asks nobody. */
export function defineWriteTool<I extends z.ZodObject, O extends z.ZodObject, F>(
  definition: WriteToolDefinition<I, O, F>,
): Tool {
  const { facts, handler, undo } = definition;
  return toTool(definition, {
    anonymous: false,
    asks: false,
    plan: async (input, context) => {
      const withAccount = accountContext(definition.name, context);
      const found = await facts(input, withAccount);
      return { question: undefined, ...undoable(undo, found, input, () => handler(input, withAccount, found)) };
    },
  });
}

/** Carries a call out, and knows then what puts it back. */
function undoable<I extends z.ZodObject, O extends z.ZodObject, F>(
  undo: Undo<I, O, F> | undefined,
  found: F,
  input: z.output<I>,
  carryOut: () => Promise<z.input<O>>,
): Pick<PlannedCall, "run" | "undo"> {
  if (undo === undefined || !("state" in undo)) return { run: carryOut };
  const state = undo.state(found, input);
  let answer: z.input<O> | undefined;
  return {
    run: async () => answer = await carryOut(),
    undo: {
      state,
      subject: undo.about(found).subject,
      reverse: () => {
        if (answer === undefined) throw new Error("a call is put back after it was carried out");
        return undo.reverse(state, found, input, answer);
      },
    },
  };
}

/** Makes a tool that asks a person first. */
export function defineAskingTool<I extends z.ZodObject, O extends z.ZodObject, F>(
  definition: AskingToolDefinition<I, O, F>,
): Tool {
  const { facts, question, goneForGood, handler } = definition;
  const asked = (found: F, input: z.output<I>, { secrets }: Caller): Question | undefined => {
    const plain = question(found, input);
    if (plain === undefined || goneForGood === undefined) return plain;
    return { ...plain, typed: textToType(goneForGood(found, input), secrets) };
  };
  return toTool(definition, {
    anonymous: false,
    asks: true,
    typesLabel: goneForGood !== undefined,
    plan: async (input, context) => {
      const withAccount = accountContext(definition.name, context);
      const found = await facts(input, withAccount);
      const question = asked(found, input, context.caller);
      return { question, ...undoable(definition.undo, found, input, () => handler(input, withAccount, found)) };
    },
  });
}

/** Makes a tool that also answers without credentials. */
export function defineAnonymousTool<I extends z.ZodObject, O extends z.ZodObject>(
  definition: AnonymousToolDefinition<I, O>,
): Tool {
  return toTool(definition, {
    anonymous: true,
    asks: false,
    plan: (input, context) => ({ question: undefined, run: () => definition.anonymousHandler(input, context) }),
  });
}

/** The context of a call that needs credentials. Throws an error of the program without them. */
export function accountContext(toolName: string, context: AnonymousContext): ToolContext {
  if (context.account === undefined) throw new Error(`${toolName} was run without an account`);
  return context;
}

/** Whether every call names a server or an application. */
function requiresTarget({ shape }: z.ZodObject): boolean {
  return [shape.server_id, shape.app_id].some((id) => id !== undefined && !z.safeParse(id, undefined).success);
}

/** What differs between the kinds of tools. */
export interface Behaviour<I extends z.ZodObject> {
  anonymous: boolean;
  asks: boolean;
  typesLabel?: boolean;
  forwards?: boolean;
  takesBack?: boolean;
  plan: (input: z.output<I>, context: AnonymousContext) => PlannedCall | Promise<PlannedCall>;
}

/** Makes a tool of any kind. */
export function toTool<I extends z.ZodObject, O extends z.ZodObject>(
  definition: ToolDefinition<I, O> & { undo?: Parameters<typeof undoDecision>[0] },
  { anonymous, asks, typesLabel = false, forwards = false, takesBack = false, plan }: Behaviour<I>,
): Tool {
  const { name, title, toolset, effect, description, formerly, idempotent } = definition;
  const { showsSecrets, showsLiterals, publicAnswer = false } = definition;
  const input = once(definition.input);
  const output = once(definition.output);
  const accountWide = once(() => definition.accountWide ?? !requiresTarget(input()));
  return {
    name,
    title,
    toolset,
    effect,
    description,
    get input() {
      return input();
    },
    formerly: formerly ?? {},
    get output() {
      return output();
    },
    idempotent: idempotent ?? effect === "read",
    get accountWide() {
      return accountWide();
    },
    anonymous,
    asks,
    typesLabel,
    publicAnswer,
    forwards,
    takesBack,
    undo: definition.undo && undoDecision(definition.undo),
    prepare(args) {
      const parsed = input().safeParse(args);
      if (!parsed.success) return parsed.error;
      const value = parsed.data;
      return {
        input: value,
        showsSecrets: showsSecrets?.(value),
        showsLiterals: showsLiterals?.(value) ?? false,
        plan: (context) => plan(value, context),
      };
    },
  };
}
