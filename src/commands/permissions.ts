import { formatHostPort, type HostPort } from "../config/reach.ts";

/**
 * Says in one line what this process would need and may not reach: permissions are fixed when it starts, and in a
 * compiled binary when it is built.
 *
 * @returns undefined where nothing is missing.
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
