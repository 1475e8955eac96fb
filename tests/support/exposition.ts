/** Reads Prometheus' text format, for tests. */

/** One value in a scrape. */
export interface Sample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** One metric in a scrape. */
export interface Family {
  name: string;
  help: string;
  type: string;
  samples: Sample[];
}

const SAMPLE = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

/** Reads a scrape strictly: HELP, TYPE, then the samples of one metric after the other. */
export function readExposition(text: string): Family[] {
  const families: Family[] = [];
  if (!text.endsWith("\n")) throw new Error("The last line does not end.");
  for (const line of text.slice(0, -1).split("\n")) {
    const help = /^# HELP ([a-z_]+) (.+)$/.exec(line);
    const type = /^# TYPE ([a-z_]+) (counter|gauge|histogram)$/.exec(line);
    const last = families.at(-1);
    if (help !== null) {
      families.push({ name: help[1] ?? "", help: help[2] ?? "", type: "", samples: [] });
    } else if (type !== null && last !== undefined && last.name === type[1] && last.type === "") {
      last.type = type[2] ?? "";
    } else if (last !== undefined && last.type !== "") {
      last.samples.push(readSample(line, last));
    } else {
      throw new Error(`Not expected here: ${line}`);
    }
  }
  return families;
}

function readSample(line: string, family: Family): Sample {
  const [, name = "", labels = "", value = ""] = SAMPLE.exec(line) ?? [];
  const endings = family.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
  if (!endings.some((ending) => name === family.name + ending)) throw new Error(`Not of ${family.name}: ${line}`);
  if (!Number.isFinite(Number(value))) throw new Error(`No number: ${line}`);
  return { name, labels: readLabels(labels, line), value: Number(value) };
}

function readLabels(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const [, name = "", value = ""] = LABEL.exec(text) ?? [];
    if (name === "" || Object.hasOwn(labels, name)) throw new Error(`Wrong labels: ${line}`);
    labels[name] = value.replace(/\\(.)/g, (_, sign: string) => sign === "n" ? "\n" : sign);
  }
  return labels;
}
