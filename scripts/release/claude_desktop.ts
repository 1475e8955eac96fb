/** The bundle for Claude Desktop: an MCPB file with Deno, the program and a manifest. */
import { type Zippable, zipSync } from "fflate";
import * as z from "zod";
import type { Target } from "./targets.ts";

/** What is inside a bundle, besides the manifest. */
export interface BundleContent {
  /** The executable of Deno. */
  deno: Uint8Array;
  /** The program as one file. */
  program: Uint8Array;
  /** The licence of the program. */
  licence: Uint8Array;
  /** The licences of what is inside. */
  licences: Uint8Array;
}

/** The parts of a manifest that differ between platforms. */
const manifestSchema = z.looseObject({
  server: z.looseObject({ entry_point: z.string(), mcp_config: z.looseObject({ command: z.string() }) }),
  compatibility: z.looseObject({ platforms: z.array(z.string()) }),
});

/** Every file has this time, so that a bundle has the same bytes whenever it is built. ZIP knows no earlier one. */
const TIME = new Date(1980, 0, 1);

/** The manifest for one platform, from the one in `deploy/claude-desktop`. */
export function manifestFor({ executable, platform }: Target, manifest: string): string {
  const base = manifestSchema.parse(JSON.parse(manifest));
  const entry = `server/${executable}`;
  const command = `\${__dirname}/${entry}`;
  const own = {
    ...base,
    server: { ...base.server, entry_point: entry, mcp_config: { ...base.server.mcp_config, command } },
    compatibility: { ...base.compatibility, platforms: [platform] },
  };
  return `${JSON.stringify(own, null, 2)}\n`;
}

/** The bytes of a bundle. */
export function packBundle(target: Target, manifest: string, content: BundleContent): Uint8Array {
  const files: Zippable = {
    "LICENSE": file(content.licence),
    "THIRD_PARTY_LICENSES.txt": file(content.licences),
    "manifest.json": file(new TextEncoder().encode(manifestFor(target, manifest))),
    [`server/${target.executable}`]: file(content.deno, 0o755),
    "server/main.js": file(content.program),
  };
  return zipSync(files, { level: 6, mtime: TIME });
}

/** A file with the rights that it gets where it is unpacked on macOS and Linux. */
function file(bytes: Uint8Array, mode = 0o644): Zippable[string] {
  return [bytes, { os: 3, attrs: mode << 16 }];
}
