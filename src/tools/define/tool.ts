import { z } from "zod";
import type { Caller } from "../../identity/caller.ts";
import type { Clock } from "../../async/clock.ts";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import type { AuditReader } from "../../audit/record.ts";
import type { JsonValue } from "../../text/clean.ts";
import type { Toolset } from "../../identity/toolsets.ts";
import { declare, type DeclaredInputs } from "../../confirm/declared_input.ts";
import type { Question } from "../../confirm/question.ts";
import { type GoneForGood, textToType } from "../../confirm/typed_label.ts";
import type { CallSecrets, Show } from "../../secrets/call_secrets.ts";

/**
 * What a call does to the account. Everything about safety follows from it: annotations, the read-only filter, whether
 * a person is asked, the audit record, and whether a request may be sent twice.
 */
export type Effect = "read" | "write" | "destructive";

/** Each effect in a word for people. */
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
  /** Who asks. */
  caller: Caller;
  clock: Clock;
  /** What was done in this customer's name. */
  audit: AuditReader;
  /** What the inputs of a tool declare; nothing for a tool that is not there. */
  inputsOf: (toolName: string) => DeclaredInputs;
  /** Makes passwords, and shows secrets to the person past the model. */
  secrets: CallSecrets;
  /** Finds tools that the caller may use. */
  findTools: (query: string, options: FindOptions) => FoundTools;
  /** Tells a client that asked for it how far the call is. */
  progress: (message: string, done: number, total: number) => void;
}

/** A context of a call that may have come without credentials. */
export interface AnonymousContext extends Omit<ToolContext, "account" | "secrets"> {
  /** Both undefined without credentials, or with malformed ones. */
  account: CloudwaysAccount | undefined;
  secrets: CallSecrets | undefined;
}

/** What a former name of an input means today. */
export interface FormerName {
  /** The input's name now. */
  name: string;
  /** Its former words and what they are now; the values are the same where this is left out. */
  values?: Readonly<Record<string, JsonValue>>;
}

/** Former names of a tool's inputs: understood, and never listed. */
export type FormerNames = Readonly<Record<string, FormerName>>;

interface ToolDefinition<I extends z.ZodObject, O extends z.ZodObject> {
  /** Stable; how clients call it. */
  name: string;
  /** For people, in lists. */
  title: string;
  toolset: Toolset;
  effect: Effect;
  /** For the model: what it does, when to use it, what it needs, what it costs. */
  description: string;
  /**
   * What it takes; unknown members are refused. Describe every property. A tool that takes how long to wait is slow: its
   * answers come as a stream, on which a client's going away is noticed.
   */
  input: I;
  /** Names that inputs had before, so that calls which were right stay right. */
  formerly?: FormerNames;
  /** What it gives: top-level members typed, deeper ones open. */
  output: O;
  /** Calling it twice with the same input does no more than calling it once. Reads always are. */
  idempotent?: boolean;
  /**
   * Where secrets are shown with this input, if any. On a page: the call is refused where there is none, before anything
   * is read. In the answer: they are not hidden there. A read that shows secrets needs a person's yes all the same.
   */
  showsSecrets?: (input: z.output<I>) => Show | undefined;
  /** Its answer holds nothing of the account and nothing of the caller, so nothing in it is hidden by its name. */
  publicAnswer?: boolean;
  /** With this input the string literals of queries are shown, which are hidden otherwise. */
  showsLiterals?: (input: z.output<I>) => boolean;
}

/** A tool that needs credentials. */
export interface AccountToolDefinition<I extends z.ZodObject, O extends z.ZodObject> extends ToolDefinition<I, O> {
  /** What asks a person first is made by {@linkcode defineAskingTool}. */
  effect: "read" | "write";
  handler: (input: z.output<I>, context: ToolContext) => Promise<z.input<O>>;
}

/** A tool some or all of whose calls need a person's yes. Destructive tools are all of this kind. */
export interface AskingToolDefinition<I extends z.ZodObject, O extends z.ZodObject, F> extends ToolDefinition<I, O> {
  /** A read asks where it shows secrets, or has Cloudways call somebody. A caller who may only read is refused then. */
  effect: "destructive" | "read";
  /** Reads what the call is about to hit, from Cloudways and never from a cache. Changes nothing. */
  facts: (input: z.output<I>, context: ToolContext) => Promise<F>;
  /** What to ask, made of the facts alone; undefined where this very call needs no yes. */
  question: (facts: F, input: z.output<I>) => Question | undefined;
  /** What is gone for good after the call. The person has to type its label to approve. */
  goneForGood?: (facts: F, input: z.output<I>) => GoneForGood;
  /** Carries the call out, on what the facts say. */
  handler: (input: z.output<I>, context: ToolContext, facts: F) => Promise<z.input<O>>;
}

/** A tool that also answers without credentials. */
export interface AnonymousToolDefinition<I extends z.ZodObject, O extends z.ZodObject> extends ToolDefinition<I, O> {
  effect: "read";
  anonymousHandler: (input: z.output<I>, context: AnonymousContext) => Promise<z.input<O>>;
}

/** A tool that calls the tool which its arguments name. */
export type ForwardingToolDefinition =
  & Pick<
    ToolDefinition<z.ZodObject, z.ZodObject>,
    "name" | "title" | "toolset" | "description"
  >
  & {
    /** `read` for one that calls only tools that read. */
    effect: "read" | "destructive";
  };

/** An input that was found right, and what to do with it. */
export interface PreparedCall {
  /** The canonical input: parsed, normalised, defaults filled in. */
  input: Record<string, unknown>;
  /** Where it shows secrets; undefined where it shows none. */
  showsSecrets: Show | undefined;
  showsLiterals: boolean;
  /** Reads what the call is about to hit; changes nothing. */
  plan: (context: AnonymousContext) => Promise<PlannedCall>;
}

/** A call whose facts are known. */
export interface PlannedCall {
  /** What a person has to say yes to first; undefined where nobody needs to be asked. */
  question: Question | undefined;
  /** Carries it out. */
  run: () => Promise<Record<string, unknown>>;
}

/** A tool as the catalogue holds it, whatever its types. */
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
  /** Works without credentials. */
  readonly anonymous: boolean;
  /** Some or all of its calls need a person's yes. */
  readonly asks: boolean;
  /** A yes to it takes the label of what is gone for good. */
  readonly typesLabel: boolean;
  /** Its answer holds nothing of the account or the caller. */
  readonly publicAnswer: boolean;
  /** It calls the tool that its arguments name; see {@linkcode forwardInput}. */
  readonly forwards: boolean;
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
      return Promise.resolve({ question: undefined, run: () => definition.handler(input, withAccount) });
    },
  });
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
      return { question: asked(found, input, context.caller), run: () => handler(input, withAccount, found) };
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
    plan: (input, context) =>
      Promise.resolve({ question: undefined, run: () => definition.anonymousHandler(input, context) }),
  });
}

/** Most characters of the arguments of another tool, as text: more than the largest certificate takes. */
const MAX_FORWARDED = 300_000;

/** What a tool takes that calls another one. The arguments may also come as an object. */
export const forwardInput = z.strictObject({
  name: z.string().min(1).max(64).describe("Name of the tool, as find_tools gives it."),
  // Recorded only where the call that it describes can't be read.
  arguments: z.string().max(MAX_FORWARDED).meta(declare({ secret: true })).optional()
    .describe("JSON object as text: the arguments of that tool."),
});

/** Makes a tool that calls another one. It is never run: the dispatcher carries out the call that it describes. */
export function defineForwardingTool(definition: ForwardingToolDefinition): Tool {
  const { name } = definition;
  const behaviour: Behaviour<typeof forwardInput> = {
    anonymous: false,
    asks: false,
    plan: () => Promise.reject(new Error(`${name} was to be carried out itself`)),
  };
  const whole = { ...definition, input: forwardInput, output: z.looseObject({}) };
  return { ...toTool(whole, behaviour), idempotent: false, forwards: true };
}

function accountContext(toolName: string, context: AnonymousContext): ToolContext {
  const { account, secrets } = context;
  if (account === undefined || secrets === undefined) throw new Error(`${toolName} was run without an account`);
  return { ...context, account, secrets };
}

interface Behaviour<I extends z.ZodObject> {
  anonymous: boolean;
  asks: boolean;
  typesLabel?: boolean;
  plan: (input: z.output<I>, context: AnonymousContext) => Promise<PlannedCall>;
}

function toTool<I extends z.ZodObject, O extends z.ZodObject>(
  definition: ToolDefinition<I, O>,
  { anonymous, asks, typesLabel = false, plan }: Behaviour<I>,
): Tool {
  const { name, title, toolset, effect, description, input, formerly, output, idempotent } = definition;
  const { showsSecrets, showsLiterals, publicAnswer = false } = definition;
  return {
    name,
    title,
    toolset,
    effect,
    description,
    input,
    formerly: formerly ?? {},
    output,
    idempotent: idempotent ?? effect === "read",
    anonymous,
    asks,
    typesLabel,
    publicAnswer,
    forwards: false,
    prepare(args) {
      const parsed = input.safeParse(args);
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
