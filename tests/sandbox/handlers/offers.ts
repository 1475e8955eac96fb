import * as z from "zod";
import { type Call, text } from "../call.ts";
import { exampleOf, operationById } from "../facts.ts";
import { invalidField } from "../refusals.ts";

const Regions = z.object({ regions: z.record(z.string(), z.array(z.object({ id: z.string() }))) });
const Sizes = z.object({ sizes: z.record(z.string(), z.array(z.string())) });

/** Refuses a region or a size that the provider does not offer. */
export function checkOffer(call: Call): void {
  const cloud = text(call, "cloud");
  const { regions } = Regions.parse(exampleOf(operationById("list_regions")));
  if (regions[cloud]?.some(({ id }) => id === text(call, "region")) !== true) throw notOffered("region");
  checkSize(call, cloud);
}

/** Refuses a size that the provider does not offer. */
export function checkSize(call: Call, cloud: string): void {
  const { sizes } = Sizes.parse(exampleOf(operationById("list_server_sizes")));
  if (sizes[cloud]?.includes(text(call, "instance_type")) !== true) throw notOffered("instance_type");
}

/** Refuses an application that cannot be installed. */
export function checkApplication(call: Call): void {
  const known = JSON.stringify(exampleOf(operationById("list_apps")));
  if (!known.includes(JSON.stringify(text(call, "application")))) throw notOffered("application");
}

function notOffered(name: string) {
  return invalidField(name, "in", `The selected ${name.replaceAll("_", " ")} is invalid.`);
}
