/** Domains that belong to nobody: https://www.rfc-editor.org/rfc/rfc2606#section-3 */
const NOBODYS = /@(?:[^@]+\.)?example\.(?:com|net|org)$/i;

/** Whether an address of e-mail is one of an example, which nobody reads. */
export const isPlaceholder = (address: string): boolean => NOBODYS.test(address.trim());
