/** Which packages a server can have: `GET /packages` read by the server's platform, and by what it has now. */
import * as z from "zod";
import { statedText } from "./models.ts";

/** A version of a package. */
export interface PackageVersion {
  /** What Cloudways is sent: `8.3`, `mariadb,10.6`, `latest`; `0` removes the package. */
  version: string;
  label: string;
}

/** A package, and which versions of it a server can be given. */
export interface PackageChoice {
  package: string;
  /** The version it has, written as in `versions`; empty where it is not installed, null where Cloudways doesn't say. */
  present: string | null;
  /** Empty where Cloudways lists none for the server's platform. */
  versions: PackageVersion[];
}

/** The member that says to which versions each version of PHP may go. */
const WAYS = "phpConfig";
/** The package under which every database is listed, with compound versions. */
const DATABASE = "mysql";
const DATABASES = ["mariadb", "mysql"];

const members = z.record(z.string(), z.unknown());

/**
 * The packages for a server.
 *
 * @param packages All that Cloudways lists.
 * @param platform The server's, such as `debian12`.
 * @param installed What the server's settings say it has; null where they don't.
 */
export function packagesFor(
  packages: Readonly<Record<string, unknown>>,
  platform: string,
  installed: Readonly<Record<string, unknown>> | null,
): PackageChoice[] {
  return Object.entries(packages).filter(([name]) => name !== WAYS).map(([name, listed]) => {
    const present = installed === null ? null : presentVersion(name, installed);
    const versions = versionsOf(listed, platform);
    const ways = name === "php" && present !== null ? phpWays(packages, platform, present) : undefined;
    return { package: name, present, versions: versions.filter(({ version }) => ways?.includes(version) ?? true) };
  });
}

/** The versions that PHP may go to from one; undefined where Cloudways doesn't say. */
export function phpWays(
  packages: Readonly<Record<string, unknown>>,
  platform: string,
  from: string,
): readonly string[] | undefined {
  const ways = members.safeParse(members.safeParse(packages[WAYS]).data?.[platform]).data?.[from];
  const listed = z.array(z.string()).min(1).safeParse(ways).data;
  return listed;
}

/**
 * A package by the name and version that a person uses: MariaDB is a package to them, and a version of `mysql` to
 * Cloudways.
 */
export function codesOf(wanted: { package: string; version: string }): { package: string; version: string } {
  const { package: name, version } = wanted;
  if (!DATABASES.includes(name)) return wanted;
  return { package: DATABASE, version: version.includes(",") ? version : `${name},${version}` };
}

function versionsOf(listed: unknown, platform: string): PackageVersion[] {
  const entries = members.safeParse(listed).data ?? {};
  const isByPlatform = Object.values(entries).some((value) => typeof value === "object");
  const versions = isByPlatform ? members.safeParse(entries[platform]).data ?? {} : entries;
  return Object.entries(versions).map(([version, label]) => ({ version, label: String(label) }));
}

function presentVersion(name: string, installed: Readonly<Record<string, unknown>>): string | null {
  if (name !== DATABASE) return textOf(installed[name]);
  const versions = DATABASES.map((kind) => ({ kind, version: textOf(installed[kind]) }));
  const found = versions.find(({ version }) => version !== null && version !== "");
  if (found !== undefined) return `${found.kind},${found.version}`;
  return versions.some(({ version }) => version === null) ? null : "";
}

function textOf(value: unknown): string | null {
  return statedText.safeParse(value).data ?? null;
}
