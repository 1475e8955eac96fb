/** Looks for mistakes in a file of variables, such as `.env`. No value of the file is kept or shown. */
import { nearestVariable } from "./nearest_variable.ts";
import { VARIABLE_NAMES } from "./variables.ts";

/** A variable that a file sets. */
export interface SetVariable {
  name: string;
  /** Counted from 1. */
  line: number;
  /** Whether there is no text after the `=`. */
  isEmpty: boolean;
}

/** Names that other programs read from the same file: Deno itself, and compose.yaml. */
const OTHER_NAMES = /^(?:DENO_|NPM_CONFIG_|NODE_|LC_|(?:HTTPS?_PROXY|NO_PROXY|ALL_PROXY|NO_COLOR|TZ|PATH|HOME|LANG)$)/;
const EXPORTER_NAMES =
  /^OTEL_(?:EXPORTER_OTLP_|BSP_|BLRP_|METRIC_EXPORT_|SPAN_|ATTRIBUTE_|(?:SERVICE_NAME|RESOURCE_ATTRIBUTES|TRACES_SAMPLER|TRACES_SAMPLER_ARG|PROPAGATORS)$)/;
const COMPOSE_NAMES: readonly string[] = ["REDIS_PASSWORD"];

/** Most mistakes that are named; a file of another kind would have hundreds. */
const MAX_NAMED = 10;

/**
 * A name that can be shown. A secret that slipped to the start of a line, such as the second line of a key, has digits or
 * small letters in it, or is longer.
 */
const SHOWN_NAME = /^[A-Z][A-Z_]{1,39}$/;

/** The variables that the text of a file sets. Lines inside a quoted value set nothing. */
export function variablesIn(text: string): SetVariable[] {
  const found: SetVariable[] = [];
  let quote = "";
  for (const [index, line] of text.split("\n").entries()) {
    if (quote !== "") {
      if (line.includes(quote)) quote = "";
      continue;
    }
    const [, name, value = ""] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined) continue;
    found.push({ name, line: index + 1, isEmpty: value === "" });
    const [opening = ""] = /^["'`]/.exec(value) ?? [];
    if (opening !== "" && !value.slice(1).includes(opening)) quote = opening;
  }
  return found;
}

/**
 * What is wrong with a file, one sentence for each mistake.
 *
 * @param file Its name, as it is shown.
 * @param environment What the process got. If the file sets a known variable that is not among it, the file was not read.
 * Left out, that is not checked.
 */
export function fileProblems(
  file: string,
  text: string,
  environment?: Readonly<Record<string, string | undefined>>,
): string[] {
  const variables = variablesIn(text);
  const unknown = variables.filter(({ name }) => !isKnown(name));
  const named = unknown.slice(0, MAX_NAMED).map(({ name, line }) => `${file}, line ${line}: ${unknownName(name)}`);
  const more = unknown.length - named.length;
  return [
    ...named,
    ...(more > 0 ? [`${file}: ${more} more names are not known`] : []),
    ...(environment !== undefined && isUnread(variables, environment)
      ? [`${file} sets variables that are not set: it is read only with deno task --env-file=${file}`]
      : []),
  ];
}

function isKnown(name: string): boolean {
  return VARIABLE_NAMES.includes(name) || COMPOSE_NAMES.includes(name) || EXPORTER_NAMES.test(name) ||
    OTHER_NAMES.test(name.toUpperCase());
}

function unknownName(name: string): string {
  const shown = SHOWN_NAME.test(name) ? name : "this name";
  const meant = nearestVariable(name);
  const remedy = meant === undefined ? "it has no effect, see README.md for the list" : `did you mean ${meant}?`;
  return `${shown} is not a variable of this server: ${remedy}`;
}

function isUnread(
  variables: readonly SetVariable[],
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  return variables.some(({ name, isEmpty }) => !isEmpty && VARIABLE_NAMES.includes(name) && !environment[name]);
}
