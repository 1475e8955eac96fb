/** A domain at DNS Made Easy. */
export interface DnsDomainState {
  uid: string;
  name: string;
  /** Inactive until its name servers are set correctly. */
  status: "Active" | "Inactive";
  records: DnsRecordState[];
}

/** A record of a domain. */
export interface DnsRecordState {
  uid: string;
  type: string;
  /** Empty at the apex. */
  name: string;
  value: string;
  ttl: number;
  mxLevel?: number;
  created_at: string;
  updated_at: string;
}
