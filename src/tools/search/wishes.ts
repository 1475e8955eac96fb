/**
 * What people ask for that Cloudways' API can't do, or no longer does, each with what is possible instead. The sayings
 * of a row are separated by commas; a saying counts where all of its words stand in the query, in this order.
 */
export const WISHES: readonly (readonly [said: string, statement: string])[] = [
  [
    "when certificate expire, when ssl expire, certificate expiry, ssl expiry, expiry date of certificate, expiration " +
    "date of certificate, certificate expiration date, ssl expiration date, until when certificate valid, days left " +
    "certificate",
    "Cloudways' API gives no expiry date of a certificate; list_domains shows its kind, what it covers and whether it " +
    "renews by itself, and the date can be seen in a browser.",
  ],
  [
    "rackspace, mailbox, mailboxes, email account, email accounts, mail account, mail accounts, email inbox",
    "Mailboxes can't be ordered or managed through Cloudways' API, only in the Cloudways console; MX records for any " +
    "mail provider can be set with add_dns_records.",
  ],
  [
    "bot protection, malcare",
    "Bot Protection was retired by Cloudways; get_app_analytics_traffic shows which bots come, and " +
    "update_server_ip_rules, update_server_country_blocks and update_cloudflare_settings keep visitors out.",
  ],
  [
    "cloudwayscdn, cloudways cdn, stackpath",
    "CloudwaysCDN was retired by Cloudways; a site gets a CDN with Cloudflare Enterprise (add_cloudflare_domain).",
  ],
  [
    "phpmyadmin",
    "Cloudways has no phpMyAdmin; allow_ip_adminer opens Adminer, its database manager in the browser.",
  ],
  [
    "csr, signing request",
    "Cloudways' API no longer makes certificate signing requests; make one elsewhere, or get a free certificate with " +
    "install_letsencrypt. A certificate and its key are installed with install_ssl_certificate.",
  ],
  [
    "cache mode",
    "The cache mode can't be set through Cloudways' API any more; update_cloudflare_settings switches edge caching.",
  ],
  [
    "roll back staging, rollback staging, undo push, undo staging, revert push",
    "A push or pull can't be undone through Cloudways' API; restore_app brings a backup from before it back.",
  ],
  [
    "cleaned difference, cleaned diff, compare cleaned, what cleaned in file",
    "What was changed inside a cleaned file can't be shown; list_infected_files names the files, and " +
    "restore_quarantined_files puts one back as it was.",
  ],
  [
    "invoice, invoices, credit card, payment method, billing address, pay bill",
    "Invoices and payment can't be reached through Cloudways' API, only in the Cloudways console.",
  ],
  [
    "support ticket, open ticket, contact support, live chat",
    "Support tickets and chats can't be opened through Cloudways' API, only in the Cloudways console.",
  ],
  [
    "search help, help article, knowledge base, documentation article",
    "Cloudways' API no longer searches its help pages; they are at support.cloudways.com.",
  ],
  [
    "register domain, buy domain, domain registration, transfer domain registrar, domain registrar",
    "Cloudways registers no domains; buy one elsewhere and then connect it with update_app_cname.",
  ],
  [
    "redirect 301, redirect url, redirect page, redirect old, redirect domain, redirect 302, htaccess redirect",
    "Redirects of single addresses can't be made through Cloudways' API; they go into .htaccess or a plugin. HTTP to " +
    "HTTPS is enforce_app_https.",
  ],
  [
    "install plugin, activate plugin, install theme, delete plugin, deactivate plugin, remove plugin, " +
    "disable plugin",
    "Plugins and themes can't be installed, switched or removed through Cloudways' API, only updated with " +
    "run_app_updates; wp-admin or WP-CLI over SSH does the rest.",
  ],
  [
    "error log, error logs, php log, debug log",
    "Log files can't be read through Cloudways' API, only over SFTP or SSH in the application's logs folder; " +
    "get_app_analytics_php and get_app_analytics_traffic report slow pages and HTTP statuses.",
  ],
  [
    "file manager, edit file, wp-config, read file, download file, download backup, edit htaccess",
    "Files can't be read or written through Cloudways' API, only over SFTP or SSH (create_app_user) or by deployment " +
    "with git_clone and git_pull.",
  ],
  [
    "run sql, execute sql, sql query run, import database, export database, dump database, mysqldump",
    "Queries can't be run through Cloudways' API; allow_ip_adminer opens the database manager for a person.",
  ],
  [
    "two-factor, 2fa, account password, cloudways password, api key",
    "Sign-in, password, two-factor authentication and API keys of the Cloudways account itself can only be changed in " +
    "the Cloudways console.",
  ],
  [
    "agency client, agency clients, agency subscription, client invoice, agency plan",
    "Cloudways' agency functions can't be reached through its API; projects (create_project) group a client's sites.",
  ],
];
