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

/** False where the name, however it is spelled, is there already. */
function addName(names: Set<string> | undefined, token: string): boolean {
  const name = String(JSON.parse(token));
  if (names?.has(name) === true) return false;
  names?.add(name);
  return true;
}
