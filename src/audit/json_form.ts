/** The tokens of JSON that show its structure, and its texts. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g;

/**
 * Whether an object anywhere in this JSON has two members of one name. Readers differ in the one they use: `JSON.parse`
 * takes the last one, people the first.
 */
export function hasDoubledMember(json: string): boolean {
  const open: Set<string>[] = [];
  let text = "";
  for (const [token] of json.matchAll(TOKENS)) {
    if (token === "{" || token === "[") open.push(new Set());
    else if (token === "}" || token === "]") open.pop();
    else if (token !== ":") text = token;
    else if (!addName(open.at(-1), text)) return true;
  }
  return false;
}

/** Whether a text is the beginning of a JSON object that was cut off: an object, array or text in it does not end. */
export function isCutOff(text: string): boolean {
  let depth = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (isInText && sign === "\\") at++;
    else if (sign === '"') isInText = !isInText;
    else if (!isInText && (sign === "{" || sign === "[")) depth++;
    else if (!isInText && (sign === "}" || sign === "]") && --depth === 0) return false;
  }
  return depth > 0;
}

/** Adds a name, without its escapes; false if the object has it already. */
function addName(names: Set<string> | undefined, token: string): boolean {
  const name = String(JSON.parse(token));
  if (names?.has(name) === true) return false;
  names?.add(name);
  return true;
}
