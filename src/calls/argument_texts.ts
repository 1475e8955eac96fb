/** Checks the texts of a call. They are sent unchanged, so characters that a person can't see are refused. */
import { ToolError } from "../errors.ts";
import { findOddCharacter, type OddCharacter, writeOut } from "../text/odd_characters.ts";
import { hiderOf, hideSecretsInText, type SecretHider, type Secrets } from "../text/redaction/hider.ts";
import { cleanText } from "../text/clean.ts";
import type { DeclaredInput, DeclaredInputs } from "../confirm/declared_input.ts";

/** What is wrong with one text. */
interface Problem {
  argument: string;
  problem: string;
  /** Such as `U+200B`. */
  code_point?: string;
  /** Its position in code points, counted from 1. */
  position?: number;
  /** The text around it, with the character written out. */
  shown?: string;
}

type Arguments = Readonly<Record<string, unknown>>;

/** Most problems in one answer. */
const MAX_PROBLEMS = 20;
/** Code points shown on either side of an odd one. */
const AROUND = 20;
/** No part of a longer text is shown, because searching it for secrets first would cost too much. */
const MAX_EXCERPTED = 1_000;

/** The arguments, with line breaks of one kind in texts that may have line breaks. */
export function withLineFeeds(args: Arguments, texts: DeclaredInputs): Arguments {
  if (!hasReturns(args)) return args;
  const entries = Object.entries(args).map(([name, value]) => {
    const hasLines = typeof value === "string" && texts.get(name)?.form === "lines";
    return [name, hasLines ? value.replaceAll("\r\n", "\n") : value] as const;
  });
  return Object.fromEntries(entries);
}

function hasReturns(args: Arguments): boolean {
  for (const name in args) {
    const value = args[name];
    if (typeof value === "string" && value.includes("\r")) return true;
  }
  return false;
}

/**
 * The error for a call whose texts can't be sent; undefined if they can. A text must not contain one of the caller's
 * own credentials, because no question could show it, nor characters that people can't see.
 *
 * @param secrets The caller's own credentials.
 */
export function unfitTexts(
  toolName: string,
  args: Arguments,
  texts: DeclaredInputs,
  secrets: Secrets,
): ToolError | undefined {
  if (!holdTexts(args)) return undefined;
  const all = [...texts].flatMap(([name, declared]) => textsOf(name, args[name], declared));
  if (all.length === 0) return undefined;
  const hider = hiderOf(secrets);
  const holding = all.filter(({ text }) => holdsSecret(text, hider)).map(({ argument }) => argument);
  if (holding.length > 0) return credentialInArguments(toolName, holding);
  const problems: Problem[] = [];
  for (const { argument, text, declared } of all) {
    const odd = findOddCharacter(text, declared.form);
    if (odd !== undefined) problems.push(problemOf(argument, text, odd, declared));
    if (problems.length === MAX_PROBLEMS) break;
  }
  return problems.length === 0 ? undefined : oddCharacters(toolName, problems);
}

function holdTexts(args: Arguments): boolean {
  for (const name in args) {
    const value = args[name];
    if (typeof value === "string" || Array.isArray(value)) return true;
  }
  return false;
}

interface ArgumentText {
  argument: string;
  text: string;
  declared: DeclaredInput;
}

/** The texts of an argument. Inputs are texts or lists of texts; the schema refuses everything else. */
function textsOf(name: string, value: unknown, declared: DeclaredInput): ArgumentText[] {
  if (typeof value === "string") return [{ argument: name, text: value, declared }];
  if (!Array.isArray(value)) return [];
  return value.flatMap((text: unknown, index) =>
    typeof text === "string" ? [{ argument: `${name}.${index}`, text, declared }] : []
  );
}

/**
 * Whether a text contains one of the caller's secrets. The cleaned text is checked too: it may reveal a secret with an
 * invisible character inside.
 */
function holdsSecret(text: string, hider: SecretHider): boolean {
  const clean = cleanText(text);
  return hider.givenInText(clean) !== clean || hider.givenInText(text) !== text;
}

function problemOf(argument: string, text: string, odd: OddCharacter, { shownBy }: DeclaredInput): Problem {
  const { kind, codePoint, position } = odd;
  const shown = shownBy === "text" ? excerpt(text, odd) : undefined;
  const where = `holds ${kind} (${codePoint}) at character ${position}`;
  return {
    argument,
    problem: shown === undefined ? where : `${where}: ${shown}`,
    code_point: codePoint,
    position,
    ...(shown !== undefined && { shown }),
  };
}

/** The text around an odd character; undefined if the cleaned text contains what looks like a secret. */
function excerpt(text: string, { index }: OddCharacter): string | undefined {
  if (text.length > MAX_EXCERPTED) return undefined;
  const clean = cleanText(text);
  if (hideSecretsInText(clean) !== clean) return undefined;
  const before = [...text.slice(0, index)];
  const after = [...text.slice(index)];
  const start = before.length > AROUND ? "…" : "";
  const end = after.length > AROUND ? "…" : "";
  return start + writeOut(before.slice(-AROUND).join("") + after.slice(0, AROUND).join("")) + end;
}

function oddCharacters(toolName: string, problems: readonly Problem[]): ToolError {
  const summary = problems.map(({ argument, problem }) => `${argument} ${problem}`).join("; ");
  return new ToolError("invalid_arguments", `The arguments of ${toolName} can't be sent as they are. ${summary}`, {
    hint: "Nothing was done. A person could not see this character, so it is not sent. Call again without it.",
    details: { problems },
  });
}

function credentialInArguments(toolName: string, holding: readonly string[]): ToolError {
  const named = holding.slice(0, MAX_PROBLEMS);
  const message = `The arguments of ${toolName} hold a credential of this connection, or its approval code: ` +
    `${named.join(", ")}.`;
  return new ToolError("invalid_arguments", message, {
    hint: "Nothing was done. Credentials are never sent as a value. Tell the user if the value must be the same.",
    details: {
      problems: named.map((argument) => ({ argument, problem: "holds a credential of this connection" })),
    },
  });
}
