/** Links that add the server to a client with one click. They carry the very configurations that README.md shows. */
import * as z from "zod";

/** The links of one client. */
export interface InstallLinks {
  client: string;
  /** Opens the client. Pages such as GitHub's show no link of this kind. */
  direct: string;
  /** A page of the client's maker that passes {@linkcode direct} on. */
  page: string;
}

const NAME = "cloudways";

const entry = z.record(z.string(), z.unknown());
const cursorConfig = z.strictObject({ mcpServers: z.strictObject({ [NAME]: entry }) });
const vsCodeConfig = z.strictObject({ inputs: z.array(entry), servers: z.strictObject({ [NAME]: entry }) });

/**
 * The links for the configurations in a text.
 *
 * @param readme The text of README.md.
 */
export function installLinks(readme: string): InstallLinks[] {
  return [cursorLinks(configOf("Cursor", readme)), vsCodeLinks(configOf("VS Code", readme))];
}

/** The generated part of `docs/connect.md`. */
export function installLinksPart(readme: string): string {
  const links = installLinks(readme);
  const items = links.map(({ client, page }) => `- [Add to ${client}](${page})`);
  const direct = links.map(({ direct }) => direct);
  return [
    items.join("\n"),
    "The two pages only pass the entry on to the client. These addresses open the client without them:",
    ["```text", ...direct, "```"].join("\n"),
  ].join("\n\n");
}

/** The JSON below the paragraph that begins with a client's name in bold. */
function configOf(client: string, readme: string): unknown {
  const [, json] =
    new RegExp(`^\\*\\*${RegExp.escape(client)}\\*\\*.*?^\`\`\`json\\n(.*?)^\`\`\``, "ms").exec(readme) ?? [];
  if (json === undefined) throw new Error(`README.md shows no configuration of ${client}`);
  return JSON.parse(json);
}

function cursorLinks(config: unknown): InstallLinks {
  const { [NAME]: server } = cursorConfig.parse(config).mcpServers;
  const query = new URLSearchParams({ name: NAME, config: btoa(JSON.stringify(server)) });
  return {
    client: "Cursor",
    direct: `cursor://anysphere.cursor-deeplink/mcp/install?${query}`,
    page: `https://cursor.com/install-mcp?${query}`,
  };
}

function vsCodeLinks(config: unknown): InstallLinks {
  const { inputs, servers } = vsCodeConfig.parse(config);
  const direct = `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name: NAME, ...servers[NAME], inputs }))}`;
  return { client: "VS Code", direct, page: `https://vscode.dev/redirect?url=${encodeURIComponent(direct)}` };
}
