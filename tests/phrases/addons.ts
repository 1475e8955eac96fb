import type { PhraseRow } from "./row.ts";

/** What people ask for that the tools of this toolset do. */
export const addonsPhrases: readonly PhraseRow[] = [
  ["what extras can I buy and what do they cost", "list_addons"],
  ["am I paying for any extras", "list_addons"],
  ["buy premium support", "activate_addon"],
  ["subscribe to DNS Made Easy", "activate_addon"],
  ["more e-mails a month with Elastic Email", "change_addon_package"],
  ["we don't need Elastic Email any more, stop paying", "deactivate_addon"],
  ["my site can't send mail, turn SMTP on for this machine", "set_server_addon"],
  ["have Cloudways migrate my site", "request_app_addon"],
  ["from which domains do we send mail", "list_email_domains"],
  ["mails land in spam, check SPF and DKIM", "verify_email_domain"],
  ["stop sending from an old domain", "delete_email_domain"],
  ["price list of Cloudways' optional services", "list_addons"],
  ["order an add-on for the account", "activate_addon"],
  ["our e-mail quota is used up, get a larger package", "change_addon_package"],
  ["cancel the paid DNS service", "deactivate_addon"],
  ["contact form sends nothing, use our own SMTP server", "set_server_addon"],
  ["ask support to upgrade Magento for us", "request_app_addon"],
  ["is our sender domain verified", "list_email_domains", "verify_email_domain"],
  ["I published the DKIM record, look again", "verify_email_domain"],
];
