/** The entry of the MCP registry. */

/**
 * The entry of a publisher, from `server.json`, where `OWNER` stands for the account.
 *
 * @param owner The name of the account at GitHub, as it is written there.
 * @throws {Error} If that can't be a name of an account.
 */
export function registryEntry(text: string, owner: string): string {
  if (!/^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/.test(owner)) throw new Error("--owner is the name of an account at GitHub");
  // Names of images have no capitals.
  return text.replaceAll("ghcr.io/OWNER/", `ghcr.io/${owner.toLowerCase()}/`).replaceAll("OWNER", owner);
}
