/** A copy of the project in which names are misspelt, so that nobody works with them. */
import { misspelt, type Mutant } from "./mutants.ts";

/** What stays behind: history, what was built, and secrets. */
const LEFT_OUT = new Set([".git", "dist", "node_modules", ".env"]);

/** A test of a mutant that takes longer never ends, so it noticed. */
const MAX_RUN_MS = 300_000;

/** How a run of Deno ended. */
export interface Ended {
  success: boolean;
  output: string;
  errors: string;
}

/** A copy of the project below `dist`. Removed in the end. */
export class ProjectCopy implements AsyncDisposable {
  private constructor(readonly directory: string) {}

  /** Copies the project as it is now. */
  static async make(): Promise<ProjectCopy> {
    await Deno.mkdir("dist", { recursive: true });
    const directory = await Deno.makeTempDir({ dir: "dist", prefix: "mutate-" });
    const entries = [...Deno.readDirSync(".")].map(({ name }) => name).filter((name) => !LEFT_OUT.has(name));
    const { success } = await new Deno.Command("cp", { args: ["-r", ...entries, directory] }).output();
    if (!success) throw new Error("the project could not be copied");
    return new ProjectCopy(directory);
  }

  /** Does some work while the names are misspelt, each in another file. */
  async with<T>(mutants: readonly Mutant[], work: () => Promise<T>): Promise<T> {
    const texts = mutants.map(({ file }) => Deno.readTextFileSync(file));
    mutants.forEach((mutant, at) => this.write(mutant.file, misspelt(texts[at] ?? "", mutant)));
    try {
      return await work();
    } finally {
      mutants.forEach(({ file }, at) => this.write(file, texts[at] ?? ""));
    }
  }

  write(file: string, text: string): void {
    Deno.mkdirSync(`${this.directory}/${file}`.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(`${this.directory}/${file}`, text);
  }

  remove(file: string): void {
    Deno.removeSync(`${this.directory}/${file}`);
  }

  /** Runs Deno in the copy. */
  async deno(args: readonly string[]): Promise<Ended> {
    const signal = AbortSignal.timeout(MAX_RUN_MS);
    const command = new Deno.Command("deno", {
      args: [...args],
      cwd: this.directory,
      env: { NO_COLOR: "1" },
      stdin: "null",
      signal,
    });
    const { success, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    return { success: success && !signal.aborted, output: decoder.decode(stdout), errors: decoder.decode(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.directory, { recursive: true });
  }
}
