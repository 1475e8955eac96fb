/** Runs the converters that turn our tools into the form of a model API, as libraries do. */
import * as z from "zod";
import { install, versionOf } from "./install.ts";
import type { Runtime } from "./list.ts";
import { complaintOf, lineAfter, runDriver } from "./run_driver.ts";
import { renderTable } from "./table.ts";

/** A converter; its packages are those of a client. */
interface Converter {
  id: string;
  title: string;
  runtime: Runtime;
  driver: string;
}

const converters: readonly Converter[] = [
  {
    id: "google-genai",
    title: "google-genai",
    runtime: "python",
    driver: "convert_google_genai.py",
  },
  { id: "google-adk", title: "Google ADK", runtime: "python", driver: "convert_google_adk.py" },
  { id: "openai-agents", title: "OpenAI agents, strict", runtime: "python", driver: "convert_openai_agents.py" },
  { id: "anthropic-py", title: "Anthropic SDK", runtime: "python", driver: "convert_anthropic.py" },
  { id: "anthropic-py", title: "Anthropic SDK, strict", runtime: "python", driver: "convert_anthropic_strict.py" },
  { id: "llama-index", title: "LlamaIndex", runtime: "python", driver: "convert_llama_index.py" },
  { id: "langchain-py", title: "LangChain for OpenAI", runtime: "python", driver: "convert_langchain.py" },
];

const convertedSchema = z.strictObject({
  refused: z.record(z.string(), z.string()),
  dropped: z.record(z.string(), z.number()),
});

const HEADINGS = ["converter", "version", "tools refused", "keywords that do not arrive"];

/** The result of all converters: a table, and the problems. */
export interface Conversions {
  table: string;
  problems: string[];
}

/** Runs every converter over the tools that the server lists. */
export async function runConverters(tools: readonly unknown[]): Promise<Conversions> {
  const file = await Deno.makeTempFile({ prefix: "tools-", suffix: ".json" });
  try {
    await Deno.writeTextFile(file, JSON.stringify(tools));
    const rows: string[][] = [];
    const problems: string[] = [];
    for (const converter of converters) {
      const version = await versionOf(converter);
      const { cells, problem } = await runConverter(converter, file);
      rows.push([converter.title, version, ...cells]);
      if (problem !== undefined) problems.push(`${converter.title}: ${problem}`);
    }
    return { table: renderTable(HEADINGS, rows), problems };
  } finally {
    await Deno.remove(file);
  }
}

/** The result of one converter. */
interface Conversion {
  cells: string[];
  problem?: string;
}

async function runConverter(converter: Converter, file: string): Promise<Conversion> {
  const notInstalled = await install(converter.id, converter.runtime);
  if (notInstalled !== undefined) return { cells: [`not run: ${notInstalled}`, ""], problem: "not run" };
  const outcome = await runDriver(converter, { TOOLS_FILE: file });
  const line = lineAfter("CONVERTED", outcome);
  if (line === undefined) return { cells: ["all", complaintOf(outcome)], problem: complaintOf(outcome) };
  const { refused, dropped } = convertedSchema.parse(line);
  const [first] = Object.entries(refused);
  const words = Object.entries(dropped).map(([word, count]) => `\`${word}\` (${count})`);
  const cells = [
    first === undefined ? "none" : `${Object.keys(refused).length}: ${first[1]}`,
    words.length === 0 ? "none" : words.join(", "),
  ];
  return first === undefined ? { cells } : { cells, problem: `${first[0]}: ${first[1]}` };
}
