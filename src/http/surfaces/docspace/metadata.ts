type Metadata = Readonly<Record<string, string>>;

/** What the vendor says and Paidup has no word for: strings in metadata under keys that begin with this. */
export const DOCSPACE_PREFIX = 'docspace.';

const INTEGER = /^-?\d{1,15}$/;

/** The text kept under `docspace.<name>`, or undefined when there is none. */
export function docspaceText(metadata: Metadata, name: string): string | undefined {
  const text = metadata[`${DOCSPACE_PREFIX}${name}`];
  return text === undefined || text === '' ? undefined : text;
}

/** The whole number kept under `docspace.<name>`; undefined when there is none or it is no whole number. */
export function docspaceInteger(metadata: Metadata, name: string): number | undefined {
  const text = docspaceText(metadata, name);
  return text !== undefined && INTEGER.test(text) ? Number(text) : undefined;
}

/** The flag kept under `docspace.<name>` as `true` or `false`; `otherwise` when it says neither. */
export function docspaceFlag(metadata: Metadata, name: string, otherwise = false): boolean {
  const text = docspaceText(metadata, name);
  return text === 'true' ? true : text === 'false' ? false : otherwise;
}
