import type { Queryable } from './database.js';
import { statement } from './statement.js';

const insertStoreFactStatement = statement(
  'insert_store_fact',
  `
insert into store_facts (name, value)
values ($1, $2)
on conflict (name) do nothing
`,
);

const selectStoreFactStatement = statement(
  'select_store_fact',
  `
select value
from store_facts
where name = $1
`,
);

const upsertStoreFactStatement = statement(
  'upsert_store_fact',
  `
insert into store_facts (name, value)
values ($1, $2)
on conflict (name) do update
set value = excluded.value
`,
);

/** Keeps the value in the place of an older one. */
export async function setStoreFact(queryable: Queryable, name: string, value: string): Promise<void> {
  await queryable.rows(upsertStoreFactStatement, [name, value]);
}

/** Keeps the value unless the store already has one of that name; gives the one that holds. */
export async function ensureStoreFact(queryable: Queryable, name: string, value: string): Promise<string> {
  await queryable.rows(insertStoreFactStatement, [name, value]);
  return (await selectStoreFact(queryable, name)) ?? value;
}

export async function selectStoreFact(queryable: Queryable, name: string): Promise<string | undefined> {
  const [row] = await queryable.rows<{ value: string }>(selectStoreFactStatement, [name]);
  return row?.value;
}
