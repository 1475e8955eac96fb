/** Whether an `Accept` header takes a media type, named or by wildcard. */
export function accepts(header: string, type: string): boolean {
  const [family] = type.split("/");
  return header.split(",").some((range) => {
    const [name, ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) return false;
    return name === type || name === `${family}/*` || name === "*/*";
  });
}
