import { always, APP, never, SERVER, type ToolCases } from "./case.ts";

/** The tools for add-ons and sending domains: whatever is billed is asked about. */
export const addonsCases: Record<string, ToolCases> = {
  activate_addon: {
    sends: "addon_activate",
    args: {},
    cases: [
      { args: { addon_id: 5, package_id: 11 }, present: "a price", asks: true, why: "Cloudways bills it" },
      { args: { addon_id: 7 }, present: "no price", asks: true, why: "Cloudways may bill it" },
    ],
  },
  change_addon_package: {
    sends: "addon_upgrade",
    args: { addon_id: 10, package_id: 22 },
    cases: always("Cloudways bills it"),
  },
  deactivate_addon: { sends: "addon_deactivate", args: { addon_id: 10 }, cases: always("what uses it stops") },
  set_server_addon: {
    sends: "addon_activate_on_server",
    args: { ...SERVER, addon_id: 7 },
    cases: [
      { args: { enabled: true }, present: "any", asks: true, why: "Cloudways may bill it" },
      {
        args: { enabled: true, mode: "update", host: "smtp.example.com" },
        present: "any",
        asks: true,
        why: "mail goes to another service",
      },
      {
        args: { enabled: false },
        sends: "addon_deactivate_on_server",
        present: "any",
        asks: true,
        why: "what uses it stops",
      },
    ],
  },
  request_app_addon: { sends: "addon_request", args: { ...APP, addon_id: 9 }, cases: always("Cloudways may bill it") },
  verify_email_domain: {
    sends: "addon_elastic_verify_domain",
    args: { domain: "example.com" },
    cases: never("only checks again"),
  },
  delete_email_domain: {
    sends: "addon_elastic_delete_domain",
    args: { domain: "example.com" },
    cases: always("nothing is sent from it any more"),
  },
};
