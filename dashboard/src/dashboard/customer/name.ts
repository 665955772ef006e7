/** What a customer is called: by its name, or by the one that it has elsewhere, or by its id. */
export function nameOf({ name, external_id: externalId, id }: { name: string | null; external_id: string | null; id: string }): string {
  return name ?? externalId ?? id;
}
