/** Inputs that the tools for DNS share. */
import * as z from "zod";
import { domainName } from "../define/validators.ts";
import { isHost } from "./record_types.ts";

/** The input of every tool about one domain that is hosted. */
export const domainInput = { domain: domainName.describe("Hosted domain, without a host: example.com") };

/** A host below the domain; comes out in lower case. */
export const hostInput = z.string().min(1).max(253).toLowerCase().refine(
  isHost,
  "must be a host below the domain, such as www, _dmarc or *.shop, or @ for the domain itself",
);

/** How long others may keep a record, in seconds. */
export const ttlInput = z.int().min(60).max(604_800);

/** The order in which mail servers are tried. */
export const mxLevelInput = z.int().min(0).max(65_535);
