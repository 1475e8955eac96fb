/** The name of a tool inside a sentence. */
const TOOL_NAME = /[a-z]+(?:_[a-z]+)+/g;

/**
 * A statement of what can't be done, without the advice that names a tool which can't be used.
 *
 * @returns Undefined where nothing is left.
 */
export function withUsableTools(statement: string, isUsable: (toolName: string) => boolean): string | undefined {
  const [denial = "", ...advice] = statement.split(/(?<=[;.]) /);
  const unusable = (text: string) => text.match(TOOL_NAME)?.find((name) => !isUsable(name));
  const name = unusable(denial);
  // "… can't be done, only updated with run_app_updates" ends before the comma.
  const kept = name === undefined
    ? denial
    : denial.slice(0, Math.max(0, denial.lastIndexOf(",", denial.indexOf(name))));
  if (kept === "") return undefined;
  const sentences = [kept, ...advice.filter((text) => unusable(text) === undefined)];
  return sentences.join(" ").replace(/[;.]?$/, ".");
}
