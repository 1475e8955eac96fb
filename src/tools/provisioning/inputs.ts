/** The inputs that several tools of this toolset share. */
import * as z from "zod";

/** Most characters of a label; Cloudways takes about so many. */
const MAX_LABEL = 50;

/** The name of a server or an application. */
export const label = z.string().max(MAX_LABEL).regex(/\S/, "must not be empty");

/** A code of Cloudways' lists. */
const code = z.string().min(1).max(60);

/** Where a new server is, and how large. */
export const placeInput = {
  provider: z.enum(["do", "vultr", "linode", "amazon", "gce"]).describe("do is DigitalOcean."),
  region: code.describe("Id from get_available_regions: lon1"),
  size: code.describe("From get_available_server_sizes: 4GB"),
};

/** Which application to install. */
export const applicationInput = {
  application: code.describe("From get_available_apps: wordpress"),
  app_version: code.describe("From get_available_apps: 6.8"),
};

/** The project that a new application is put into. */
export const projectName = z.string().min(1).max(100).optional().describe("Name from list_projects.");

/** A size of a disk. */
export const gigabytes = z.int().min(1).max(16_000);

/** The volumes of a new server. */
export const volumesInput = {
  data_volume_gb: gigabytes.optional().describe("Data volume; amazon and gce only, needed there."),
  db_volume_gb: gigabytes.optional().describe("Database volume; amazon and gce only, needed there."),
};

/** What a call says about the volumes of a new server. */
export interface Volumes {
  data_volume_gb?: number | undefined;
  db_volume_gb?: number | undefined;
}
