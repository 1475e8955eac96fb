import { z } from "zod";
import type { Caller } from "../caller.ts";
import type { Clock } from "../clock.ts";
import type { CloudwaysAccount } from "../cloudways/account.ts";
import type { Toolset } from "../toolsets.ts";

/**
 * What a call does to the account. Everything about safety follows from it: annotations, the read-only filter, whether
 * a person is asked, the audit record, and whether a request may be sent twice.
 */
export type Effect = "read" | "write" | "destructive";

/** What a tool is given besides its input. */
export interface ToolContext {
  /** The caller's Cloudways account. */
  account: CloudwaysAccount;
  /** Who asks. */
  caller: Caller;
  clock: Clock;
  /** Tells a client that asked for it how far the call is. */
  progress: (message: string, done: number, total: number) => void;
}

/** A context of a call that may have come without credentials. */
export interface AnonymousContext extends Omit<ToolContext, "account"> {
  /** Undefined without credentials, or with malformed ones. */
  account: CloudwaysAccount | undefined;
}

interface ToolDefinition<I extends z.ZodObject, O extends z.ZodObject> {
  /** Stable; how clients call it. */
  name: string;
  /** For people, in lists. */
  title: string;
  toolset: Toolset;
  effect: Effect;
  /** For the model: what it does, when to use it, what it needs, what it costs. */
  description: string;
  /** What it takes; unknown members are refused. Describe every property. */
  input: I;
  /** What it gives: top-level members typed, deeper ones open. */
  output: O;
  /** Waits or polls, so its answers come as a stream on which a client's going away is noticed. */
  slow?: boolean;
  /** Calling it twice with the same input does no more than calling it once. Reads always are. */
  idempotent?: boolean;
  /** This input shows secrets, which needs a person's yes although the effect is `read`. */
  revealsSecrets?: (input: z.output<I>) => boolean;
}

/** A tool that needs credentials. */
export interface AccountToolDefinition<I extends z.ZodObject, O extends z.ZodObject> extends ToolDefinition<I, O> {
  /** For destructive tools: whether this very call needs a person's yes. Without it, every call does. */
  needsYes?: (input: z.output<I>, context: ToolContext) => Promise<boolean>;
  handler: (input: z.output<I>, context: ToolContext) => Promise<z.input<O>>;
}

/** A tool that also answers without credentials. */
export interface AnonymousToolDefinition<I extends z.ZodObject, O extends z.ZodObject> extends ToolDefinition<I, O> {
  anonymousHandler: (input: z.output<I>, context: AnonymousContext) => Promise<z.input<O>>;
}

/** An input that was found right, and what to do with it. */
export interface PreparedCall {
  /** The canonical input: parsed, normalised, defaults filled in. */
  input: Record<string, unknown>;
  revealsSecrets: boolean;
  /** Whether a person has to say yes to this very call; may look at the account to find out. */
  needsYes: (context: AnonymousContext) => Promise<boolean>;
  run: (context: AnonymousContext) => Promise<Record<string, unknown>>;
}

/** A tool as the catalogue holds it, whatever its types. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly toolset: Toolset;
  readonly effect: Effect;
  readonly description: string;
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  readonly slow: boolean;
  readonly idempotent: boolean;
  /** Works without credentials. */
  readonly anonymous: boolean;
  /** Checks arguments; the problems are returned, not thrown. */
  prepare(args: unknown): PreparedCall | z.ZodError;
}

/** Makes a tool that needs credentials. */
export function defineTool<I extends z.ZodObject, O extends z.ZodObject>(
  definition: AccountToolDefinition<I, O>,
): Tool {
  const { handler, needsYes } = definition;
  const withAccount = (context: AnonymousContext): ToolContext => {
    const { account } = context;
    if (account === undefined) throw new Error(`${definition.name} was run without an account`);
    return { ...context, account };
  };
  return toTool(definition, {
    anonymous: false,
    run: (input, context) => handler(input, withAccount(context)),
    ...(needsYes && { needsYes: (input, context) => needsYes(input, withAccount(context)) }),
  });
}

/** Makes a tool that also answers without credentials. */
export function defineAnonymousTool<I extends z.ZodObject, O extends z.ZodObject>(
  definition: AnonymousToolDefinition<I, O>,
): Tool {
  return toTool(definition, { anonymous: true, run: definition.anonymousHandler });
}

interface Behaviour<I extends z.ZodObject, O extends z.ZodObject> {
  anonymous: boolean;
  run: (input: z.output<I>, context: AnonymousContext) => Promise<z.input<O>>;
  needsYes?: (input: z.output<I>, context: AnonymousContext) => Promise<boolean>;
}

function toTool<I extends z.ZodObject, O extends z.ZodObject>(
  definition: ToolDefinition<I, O>,
  { anonymous, run, needsYes }: Behaviour<I, O>,
): Tool {
  const { name, title, toolset, effect, description, input, output, slow, idempotent, revealsSecrets } = definition;
  return {
    name,
    title,
    toolset,
    effect,
    description,
    input,
    output,
    slow: slow ?? false,
    idempotent: idempotent ?? effect === "read",
    anonymous,
    prepare(args) {
      const parsed = input.safeParse(args);
      if (!parsed.success) return parsed.error;
      const value = parsed.data;
      const reveals = revealsSecrets?.(value) ?? false;
      return {
        input: value,
        revealsSecrets: reveals,
        needsYes: async (context) => reveals || effect === "destructive" && (await needsYes?.(value, context) ?? true),
        run: (context) => run(value, context),
      };
    },
  };
}
