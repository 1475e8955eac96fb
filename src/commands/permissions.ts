import { formatHostPort, type HostPort } from "../config/reach.ts";

/**
 * Finds permissions that this process needs and lacks. They are fixed when it starts, or when a binary is compiled.
 *
 * @param file A file to write, if one is needed.
 * @returns One line that says what is missing and how to get it; undefined if nothing is missing.
 */
export async function missingPermissions(
  hosts: readonly HostPort[],
  file?: string,
): Promise<string | undefined> {
  if (file !== undefined && (await Deno.permissions.query({ name: "write", path: file })).state !== "granted") {
    return `no permission to write the file ${file}: ${remedy()}`;
  }
  const missing: string[] = [];
  for (const host of hosts.map(formatHostPort)) {
    const { state } = await Deno.permissions.query({ name: "net", host });
    if (state !== "granted") missing.push(host);
  }
  if (missing.length === 0) return undefined;
  return `no permission to use the network address ${missing.join(", ")}: ${remedy()}`;
}

function remedy(): string {
  return Deno.build.standalone
    ? "this binary was built for another configuration; set the same variables and run: deno task compile"
    : "start it with deno task start (or stdio, doctor), which works its permissions out from the configuration";
}
