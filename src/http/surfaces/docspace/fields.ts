/** What `?fields=` keeps of an object, by property name in small letters; `all` for a property kept whole. */
type Kept = Map<string, Kept | 'all'>;

/**
 * The value with only the properties that `fields` names: `id,price.value` keeps `id` and, of `price`, `value`. A
 * list is trimmed item by item. Everything is kept when nothing is named.
 */
export function trimFields(value: unknown, fields: string | undefined): unknown {
  const kept: Kept = new Map();
  for (const path of (fields ?? '').toLowerCase().split(',')) {
    const names = path.split('.').map((name) => name.trim()).filter((name) => name !== '');
    if (names.length > 0) keep(kept, names);
  }
  return kept.size === 0 ? value : trim(value, kept);
}

function keep(kept: Kept, [name = '', ...rest]: readonly string[]): void {
  const before = kept.get(name);
  if (before === 'all') return;
  if (rest.length === 0) {
    kept.set(name, 'all');
    return;
  }
  const inner: Kept = before ?? new Map<string, Kept | 'all'>();
  kept.set(name, inner);
  keep(inner, rest);
}

function trim(value: unknown, kept: Kept): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => trim(item, kept));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      const rest = kept.get(name.toLowerCase());
      return rest === undefined ? [] : [[name, rest === 'all' ? inner : trim(inner, rest)]];
    }),
  );
}
