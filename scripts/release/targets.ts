/** The platforms that the program is built for. */

/** A platform, by the name that `deno compile --target` has for it. */
export type TargetName = keyof typeof TARGETS;

/** What a build for a platform needs to know. */
export interface Target {
  /** The npm package that holds Deno for this platform, and the hash of its tarball for {@linkcode DENO_VERSION}. */
  runtime: { package: string; integrity: string };
  /** The file of Deno inside that package. */
  executable: "deno" | "deno.exe";
  /** The platform in the manifest of a bundle for Claude Desktop. */
  platform: "darwin" | "linux" | "win32";
}

/** The version of Deno inside the bundles: the one that the project is tested with. */
export const DENO_VERSION = "2.9.6";

/** Every platform. */
export const TARGETS = {
  "x86_64-unknown-linux-gnu": {
    runtime: {
      package: "@deno/linux-x64-glibc",
      integrity: "sha512-3md4TKLCuzsLDmfOoC5KN7NAZaxSVkMgm64vg6foD00JBADCpYS2/5QqXfzgnP5ZQz3iLP9vBQJtEgc116OAoQ==",
    },
    executable: "deno",
    platform: "linux",
  },
  "aarch64-unknown-linux-gnu": {
    runtime: {
      package: "@deno/linux-arm64-glibc",
      integrity: "sha512-poqhoH9B3nYloigEMPT5t8HY+wBeiuea1An5Q7fqgJzP0SYmWsoS/oUnWO/pEiA4ofzIBy1Elt/in58xKtxEoQ==",
    },
    executable: "deno",
    platform: "linux",
  },
  "x86_64-apple-darwin": {
    runtime: {
      package: "@deno/darwin-x64",
      integrity: "sha512-tPi3CWPRdjW1MaWlvWjORE7Ass5SADdWdj1BF1Q1PEdzi+5u/mC5YhmZzniMiPr81PpaFeqjXaLAsfb8lFsZ0Q==",
    },
    executable: "deno",
    platform: "darwin",
  },
  "aarch64-apple-darwin": {
    runtime: {
      package: "@deno/darwin-arm64",
      integrity: "sha512-V8uO1Aolrl/yvdMb5lOtgtigs8YuZBjrOrgviVMiYkQ0swymFfzkae1wZak4Xi24t7vf7d/eiMb/7ryjjVm+tg==",
    },
    executable: "deno",
    platform: "darwin",
  },
  "x86_64-pc-windows-msvc": {
    runtime: {
      package: "@deno/win32-x64",
      integrity: "sha512-qRGnmVz/Ea6UWPht/S3xFRK17UZ/ls38DSVfgGB17fpASLxPkksqzWUI/BzL9YYoOknYzfc94mySGyInZu/JXw==",
    },
    executable: "deno.exe",
    platform: "win32",
  },
  "aarch64-pc-windows-msvc": {
    runtime: {
      package: "@deno/win32-arm64",
      integrity: "sha512-iHSHs89g2Uy6k0bGHmXkgzTIW8WXImYPpvqRRO/zNsK1/N79PcjvAth1TuQatuIALcLdocstPs/PAYtndbfr0A==",
    },
    executable: "deno.exe",
    platform: "win32",
  },
} as const satisfies Record<string, Target>;

/** Whether a text is the name of a platform. */
export function isTargetName(text: string): text is TargetName {
  return Object.hasOwn(TARGETS, text);
}

/** The names of all platforms. */
export const TARGET_NAMES: readonly TargetName[] = Object.keys(TARGETS).filter(isTargetName);

/**
 * The platforms that an option names: some, separated by commas, or `all`.
 *
 * @throws {Error} If one is unknown. The message lists those there are.
 */
export function readTargets(text: string): TargetName[] {
  if (text === "all") return [...TARGET_NAMES];
  return text.split(",").map((name) => {
    if (isTargetName(name)) return name;
    throw new Error(`unknown target ${JSON.stringify(name.slice(0, 60))}; there are: all, ${TARGET_NAMES.join(", ")}`);
  });
}
