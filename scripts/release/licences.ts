/** What the licences of the packages ask to be passed on with the program. */
import type { ProgramPackage } from "./packages.ts";
import { DENO_VERSION } from "./targets.ts";

const RULE = "-".repeat(80);

/** Deno, which each bundle brings along. Its packages for npm have no file with it. */
const DENO = `Deno ${DENO_VERSION}

Licence: MIT

Copyright 2018-2026 the Deno authors

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** The file of licences: each package with its licence, and Deno. */
export function licencesFile(packages: readonly ProgramPackage[]): string {
  const parts = packages.map(({ name, version, licence, licenceTexts }) => {
    const texts = licenceTexts.length === 0 ? ["The package has no file with the text of its licence."] : licenceTexts;
    return [`${name} ${version}`, `Licence: ${licence}`, ...texts.map((text) => text.trim())].join("\n\n");
  });
  return `${["What is inside cloudways-mcp, and the licences.", ...parts, DENO].join(`\n\n${RULE}\n\n`)}\n`;
}
