import { type Handlers, text } from "../call.ts";
import { fits, install, packageCatalogue } from "../packages.ts";
import { invalidField } from "../refusals.ts";
import { start } from "./start.ts";

/** Packages: all of them, and those of a server. */
export const packageHandlers: Handlers = {
  list_packages: () => ({ packages: packageCatalogue() }),
  server_package_update(call) {
    const name = text(call, "package_name");
    const version = text(call, "package_version");
    if (!(name in packageCatalogue()) || name === "phpConfig") {
      throw invalidField("package_name", "in", "The selected package name is invalid.");
    }
    if (!fits(call.server, name, version)) {
      throw invalidField("package_version", "in", "The selected package version is invalid.");
    }
    return start(call, "update_package", () => install(call.server, name, version), { showsServer: true });
  },
};
