const APPROVAL_CODE = /^[\x21-\x7e]{8,64}$/;

/** Whether a text is a well-formed approval code: 8 to 64 visible ASCII characters. */
export function isApprovalCode(text: string): boolean {
  return APPROVAL_CODE.test(text);
}
