/** All of JSON that matters here. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g;

/**
 * Whether an object somewhere in this JSON has two members of one name. Readers differ in which of the two they believe:
 * `JSON.parse` sees the last one, a person the first.
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

/** Whether a text is the beginning of a JSON object that was cut off: something in it is open still. */
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

/** False where the name, however it is spelled, is there already. */
function addName(names: Set<string> | undefined, token: string): boolean {
  const name = String(JSON.parse(token));
  if (names?.has(name) === true) return false;
  names?.add(name);
  return true;
}
