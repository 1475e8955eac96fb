/** Rows of answers whose members are not documented: finding those that name something, and showing them. */

/** A row of a list. */
export type Row = Readonly<Record<string, unknown>>;

/** The single values of a row, as texts by their names. What has no single value is left out. */
function valuesOf(row: Row): [name: string, text: string][] {
  return Object.entries(row).flatMap(([name, value]): [string, string][] => {
    if (typeof value === "string") return value === "" ? [] : [[name, value]];
    return typeof value === "number" || typeof value === "boolean" ? [[name, String(value)]] : [];
  });
}

/** Whether one of a row's values is the text, under whatever name; `keyOf` makes equal what means the same. */
export function isNamedBy(row: Row, text: string, keyOf: (text: string) => string = (same) => same): boolean {
  return valuesOf(row).some(([, value]) => keyOf(value) === keyOf(text));
}

/** A row for a person: `id 17, file wp-content/bad.php, status quarantined`. */
export function rowInWords(row: Row): string {
  return valuesOf(row).map(([name, text]) => `${name} ${text}`).join(", ");
}
