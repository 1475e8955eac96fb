/** The switches of an application, and where each is read and written. */
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { statedFlag } from "../../cloudways/models.ts";
import { type ApiPath, path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { record } from "../define/outputs.ts";
import { idsOf } from "../define/targets.ts";

/** A switch that can be written alone. */
interface Switch {
  /** Its name in Cloudways' answers. */
  reads: string;
  operation: string;
  path: ApiPath;
  /** For people: `XML-RPC`. */
  title: string;
}

/** The switches, by their names as inputs. */
export const SWITCHES = {
  geo_ip_header: {
    reads: "geo_ip_setting",
    operation: "app_geo_ip_header_update",
    path: path`/app/manage/geo_ip_header`,
    title: "GeoIP header",
  },
  xmlrpc: {
    reads: "xml_rpc_setting",
    operation: "app_xmlrpc_update",
    path: path`/app/manage/xmlrpc`,
    title: "XML-RPC",
  },
  device_detection: {
    reads: "device_detection",
    operation: "app_device_detection_update",
    path: path`/app/manage/device/detection`,
    title: "Device detection",
  },
  ignore_query_string: {
    reads: "ignore_query_string",
    operation: "app_ignore_query_string_update",
    path: path`/app/manage/ignore/query_string`,
    title: "Ignoring query strings",
  },
  php_direct_execution: {
    reads: "php_direct_execution",
    operation: "app_php_direct_execution_update",
    path: path`/app/manage/php_direct_execution`,
    title: "Direct PHP execution",
  },
  webp: { reads: "webp", operation: "app_webp_redirection_update", path: path`/app/manage/webP`, title: "WebP images" },
} as const satisfies Record<string, Switch>;

/** The name of a switch. */
export type SwitchName = keyof typeof SWITCHES;

/** Every name, in the order in which they are written. */
export const SWITCH_NAMES: readonly SwitchName[] = [
  "geo_ip_header",
  "device_detection",
  "ignore_query_string",
  "webp",
  "xmlrpc",
  "php_direct_execution",
];

/** Switches that only show here, under our names. */
const OTHERS = { cron_optimizer: "wp_cron_setting", cors_header: "cors_header" } as const;

/** What each switch is set to; null where Cloudways doesn't say. */
export type Flags = Record<SwitchName | keyof typeof OTHERS, boolean | null>;

/** Reads the switches of an application, past every cache. */
export async function readFlags(account: CloudwaysAccount, found: FoundApp): Promise<Flags> {
  const reply = await account.read({
    operation: "app_settings_get",
    path: path`/app/get_settings_value`,
    reply: record,
    query: idsOf(found),
  });
  const flag = (name: string) => statedFlag.parse(reply[name]);
  return {
    geo_ip_header: flag(SWITCHES.geo_ip_header.reads),
    xmlrpc: flag(SWITCHES.xmlrpc.reads),
    device_detection: flag(SWITCHES.device_detection.reads),
    ignore_query_string: flag(SWITCHES.ignore_query_string.reads),
    php_direct_execution: flag(SWITCHES.php_direct_execution.reads),
    webp: flag(SWITCHES.webp.reads),
    cron_optimizer: flag(OTHERS.cron_optimizer),
    cors_header: flag(OTHERS.cors_header),
  };
}
