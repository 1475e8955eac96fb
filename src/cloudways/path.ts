/** A path below the API's base URL in which every inserted part is encoded. */
export class ApiPath {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Writes an {@linkcode ApiPath}; whatever is inserted becomes exactly one path segment or less.
 *
 * ```ts
 * path`/operation/${id}`
 * ```
 *
 * @throws {RangeError} When a part is empty or would be read as a step up or down the path.
 */
export function path(strings: TemplateStringsArray, ...parts: readonly (string | number)[]): ApiPath {
  const encoded = parts.map((part) => {
    const text = String(part);
    if (text === "" || text === "." || text === "..") throw new RangeError("A path part must name something.");
    return encodeURIComponent(text);
  });
  return new ApiPath(String.raw({ raw: strings }, ...encoded));
}
