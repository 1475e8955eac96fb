/** The name of a tool inside a sentence. */
const TOOL_NAME = /[a-z]+(?:_[a-z]+)+/g;

/**
 * A statement of what can't be done, without advice that names a tool which can't be used.
 *
 * @param statement Clauses that end with a semicolon or a full stop, the first of which says what can't be done.
 * @returns Undefined where nothing is left.
 */
export function withUsableTools(statement: string, isUsable: (toolName: string) => boolean): string | undefined {
  const [denial = "", ...advice] = statement.split(/(?<=[;.]) /);
  const unusable = (clause: string) => clause.match(TOOL_NAME)?.find((name) => !isUsable(name));
  const name = unusable(denial);
  let kept = name === undefined ? denial : cutBefore(denial, name);
  if (kept === "") return undefined;
  for (const clause of advice) {
    // The end of what is left out ends what stands before it.
    kept = unusable(clause) === undefined ? `${kept} ${clause}` : kept.slice(0, -1) + clause.slice(-1);
  }
  return kept;
}

/** "It can't be done, only with use_this;" as "It can't be done;". Empty where no comma stands before the name. */
function cutBefore(clause: string, name: string): string {
  const comma = clause.lastIndexOf(",", clause.indexOf(name));
  return comma < 0 ? "" : clause.slice(0, comma) + clause.slice(-1);
}
