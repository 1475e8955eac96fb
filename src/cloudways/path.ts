/** A path below the API's base URL; every inserted part is encoded. */
export class ApiPath {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Template tag for an {@linkcode ApiPath}. An inserted part is encoded and never becomes more than one path segment.
 *
 * ```ts
 * path`/operation/${id}`
 * ```
 *
 * @throws {RangeError} If a part is empty, `.` or `..`.
 */
export function path(strings: TemplateStringsArray, ...parts: readonly (string | number)[]): ApiPath {
  if (parts.length === 0) return new ApiPath(strings.join(""));
  const encoded = parts.map((part) => {
    const text = String(part);
    if (text === "" || text === "." || text === "..") throw new RangeError("A path part must name something.");
    return encodeURIComponent(text);
  });
  return new ApiPath(String.raw({ raw: strings }, ...encoded));
}
