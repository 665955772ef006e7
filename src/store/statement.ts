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

/** Every statement of the modules loaded so far, by name. */
export function allStatements(): Statement[] {
  return [...statements.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
}
