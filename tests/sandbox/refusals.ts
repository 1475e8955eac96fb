/** The field map of a 422. */
export type FieldErrors = Record<string, { code: string; message: string }[]>;

/** Thrown to answer with an error. */
export class Refusal extends Error {
  constructor(readonly status: number, readonly body: unknown, readonly headers: Record<string, string> = {}) {
    super(`${status} ${JSON.stringify(body)}`);
  }
}

/** The page of the firewall in front of the API. */
export const blockedPage = "<html><head><title>Access denied</title></head><body>error code: 1010</body></html>";

/** 403 by the firewall in front of the API. */
export function blocked(): Refusal {
  return new Refusal(403, blockedPage);
}

/** 422 with a field map. */
export function invalidFields(errors: FieldErrors): Refusal {
  return new Refusal(422, errors);
}

/** 422 with a field map of one field. */
export function invalidField(name: string, code: string, message: string): Refusal {
  return invalidFields({ [name]: [{ code, message }] });
}

/** 422 with a message. */
export function refused(message: string): Refusal {
  return new Refusal(422, { status: false, message });
}

/** 422 about a record that the account does not have. */
export function notFound(field: string): Refusal {
  return refused(`${field}: invalid or not found for this account.`);
}

/** 422 with the operation that keeps the server busy. */
export function busy(operation: unknown): Refusal {
  return new Refusal(422, { message: "An operation is already in progress for this server.", operation });
}
