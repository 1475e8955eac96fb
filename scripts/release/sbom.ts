/** The bill of materials of a release, in the format of CycloneDX. */
import * as Enums from "@cyclonedx/cyclonedx-library/Enums";
import * as Models from "@cyclonedx/cyclonedx-library/Models";
import * as Serialize from "@cyclonedx/cyclonedx-library/Serialize";
import * as SPDX from "@cyclonedx/cyclonedx-library/SPDX";
import * as Spec from "@cyclonedx/cyclonedx-library/Spec";
import { SERVER_NAME, VERSION } from "../../src/version.ts";
import type { ProgramPackage } from "./packages.ts";
import { DENO_VERSION } from "./targets.ts";

/**
 * The bill of materials: the program, its packages with their hashes and licences, and Deno.
 *
 * It has no time and no serial number, so that the same packages give the same bytes.
 */
export function billOfMaterials(packages: readonly ProgramPackage[]): string {
  const components = new Map(packages.map((found) => [`${found.name}@${found.version}`, componentOf(found)]));
  for (const { name, version, dependencies } of packages) {
    const component = components.get(`${name}@${version}`);
    for (const dependency of dependencies) {
      const needed = components.get(dependency);
      if (needed !== undefined) component?.dependencies.add(needed.bomRef);
    }
  }
  const direct = new Set(packages.filter(({ isDirect }) => isDirect).map(({ name, version }) => `${name}@${version}`));
  const runtime = denoComponent();
  const imported = [...components].filter(([id]) => direct.has(id)).map(([, component]) => component);
  const program = programComponent([...imported, runtime]);
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: program }),
    components: new Models.ComponentRepository([...components.values(), runtime]),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

function programComponent(needed: readonly Models.Component[]): Models.Component {
  return new Models.Component(Enums.ComponentType.Application, SERVER_NAME, {
    bomRef: `${SERVER_NAME}@${VERSION}`,
    version: VERSION,
    licenses: licences("MIT"),
    dependencies: new Models.BomRefRepository(needed.map(({ bomRef }) => bomRef)),
  });
}

function denoComponent(): Models.Component {
  return new Models.Component(Enums.ComponentType.Platform, "deno", {
    bomRef: `deno@${DENO_VERSION}`,
    version: DENO_VERSION,
    licenses: licences("MIT"),
  });
}

function componentOf({ name, version, integrity, licence }: ProgramPackage): Models.Component {
  const [, group, plainName = name] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  return new Models.Component(Enums.ComponentType.Library, plainName, {
    ...(group !== undefined && { group }),
    bomRef: purl,
    version,
    purl,
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm["SHA-512"], hexOf(integrity)]]),
    licenses: licences(licence),
  });
}

function licences(licence: string): Models.LicenseRepository {
  const id = SPDX.fixupSpdxId(licence);
  return new Models.LicenseRepository([
    id === undefined ? new Models.LicenseExpression(licence) : new Models.SpdxLicense(id),
  ]);
}

/** The hash of a lock file in hexadecimal digits. */
function hexOf(integrity: string): string {
  return Uint8Array.fromBase64(integrity.replace(/^sha512-/, "")).toHex();
}
