/** One SQL statement with a name of its own: prepared once per connection, printed to statements.sql for review. */
export interface Statement {
  readonly name: string;
  readonly sql: string;
}

const statements = new Map<string, Statement>();

/** Registers a statement. Names are unique: the drivers prepare by name. */
export function statement(name: string, sql: string): Statement {
  if (statements.has(name)) throw new Error(`two statements are named ${name}`);
  const made = { name, sql: sql.trim() };
  statements.set(name, made);
  return made;
}

/** Values of the conditions that hold: of each, one value for every `?` in it. */
export type Asked<Name extends string> = Readonly<Partial<Record<Name, readonly unknown[]>>>;

/**
 * A statement some of whose conditions may be left out. Each combination is a statement of its own, so that the planner
 * sees conditions that hold and nothing else, and finds rows by their indexes; the one with all of them stands in
 * statements.sql for the others. `fixed` parameters come first.
 */
export function filtered<Name extends string>(
  input: { readonly name: string; readonly fixed: number; readonly conditions: Readonly<Record<Name, string>>; readonly sql: (where: string) => string },
): (asked: Asked<Name>, fixed: readonly unknown[]) => { readonly statement: Statement; readonly values: readonly unknown[] } {
  const names = Object.keys(input.conditions) as Name[];
  const made = new Map<string, Statement>();
  const make = (present: readonly Name[]): Statement => {
    let next = input.fixed;
    const where = present.map((name) => `\n  and ${input.conditions[name].replaceAll('?', () => `$${(next += 1)}`)}`).join('');
    const key = present.join('_');
    return { name: present.length === names.length || key === '' ? input.name + (key === '' ? '_plain' : '') : `${input.name}_by_${key}`, sql: input.sql(where).trim() };
  };
  statements.set(input.name, make(names));
  return (asked, fixed) => {
    const present = names.filter((name) => asked[name] !== undefined);
    const key = present.join(' ');
    const found = made.get(key) ?? make(present);
    made.set(key, found);
    return { statement: found, values: [...fixed, ...present.flatMap((name) => asked[name] ?? [])] };
  };
}

/** Every statement of the modules loaded so far, by name. */
export function allStatements(): Statement[] {
  return [...statements.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
}
