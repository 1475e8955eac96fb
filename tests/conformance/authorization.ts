/** The suite's scenarios about authorization: which there are, and those for an authorization server. */
import { checksSchema, suiteCommand, suitePermissions } from "./suite.ts";

/** What a scenario is run against. */
export type Side = "client" | "server" | "authorization";

/** The names of the suite's scenarios for one side. */
export async function listScenarios(side: Side): Promise<string[]> {
  const command = new Deno.Command("deno", suiteCommand(["--allow-read", "--ignore-env"], ["list", `--${side}`]));
  const { stdout } = await command.output();
  return [...new TextDecoder().decode(stdout).matchAll(/^ {2}- (\S+)/gm)].map(([, name = ""]) => name);
}

/** The client that the suite plays. */
export interface PlayedClient {
  /** The issuer of the authorization server. */
  issuer: string;
  clientId: string;
  /** Where the suite waits for the browser: `/callback` on this port of 127.0.0.1. */
  port: number;
  resource: string;
}

/** The checks of each scenario, as `check: status`. */
export type AuthorizationResult = Record<string, string[]>;

/**
 * Runs the suite's scenarios for authorization servers.
 *
 * @param signIn Does what a person does at the address that the suite prints, and lets the browser go back to it.
 */
export async function runAuthorization(
  { issuer, clientId, port, resource }: PlayedClient,
  signIn: (authorizationUrl: string) => Promise<void>,
): Promise<AuthorizationResult> {
  await Deno.mkdir("dist", { recursive: true });
  const directory = await Deno.makeTempDir({ dir: "dist", prefix: "conformance-" });
  try {
    const hosts = [new URL(issuer).host, `127.0.0.1:${port}`];
    await using suite = new Deno.Command("deno", {
      ...suiteCommand(suitePermissions(hosts, directory), [
        ...["authorization", "--url", issuer, "--client-id", clientId, "--port", String(port)],
        ...["--resource", resource, "--output-dir", directory],
      ]),
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let output = "";
    let isSignedIn = false;
    for await (const text of suite.stdout.pipeThrough(new TextDecoderStream())) {
      output += text;
      const address = /^(http:\S+\/authorize\?\S+)$/m.exec(output)?.[1];
      if (isSignedIn || address === undefined || !output.includes("Callback server started")) continue;
      isSignedIn = true;
      await signIn(address);
    }
    return await readChecks(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function readChecks(directory: string): Promise<AuthorizationResult> {
  const found: [string, string[]][] = [];
  for await (const { name } of Deno.readDir(directory)) {
    const checks = checksSchema.parse(JSON.parse(await Deno.readTextFile(`${directory}/${name}/checks.json`)));
    const scenario = name.replace(/^authorization-server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/, "$1");
    found.push([scenario, checks.map(({ id, status }) => `${id}: ${status}`)]);
  }
  return Object.fromEntries(found.sort(([a], [b]) => a < b ? -1 : 1));
}

/** The names that the documentation lists for one side, between its marks. */
export function listedScenarios(documentation: string, item: string): string[] {
  const [, list = ""] = /<!-- auth-scenarios:start -->([^]*)<!-- auth-scenarios:end -->/.exec(documentation) ?? [];
  const found = list.split(/^- /m).find((text) => text.startsWith(`${item}:`));
  if (found === undefined) throw new Error(`There is no item "${item}" in the list.`);
  return [...found.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}
