import type { CouponDefinition } from '../core/coupon.js';
import type { Instant } from '../core/instant.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';
import { timestampText } from './timestamp.js';

export interface StoredCoupon {
  readonly code: string;
  readonly definition: CouponDefinition;
  readonly isArchived: boolean;
}

const insertCouponStatement = statement(
  'insert_coupon',
  `
insert into coupons (code, definition, created_at)
values ($1, $2, $3)
on conflict (code) do nothing
returning code
`,
);

const selectCouponsStatement = statement(
  'select_coupons',
  `
select code, definition, archived_at
from coupons
where $1::text is null or code = $1
order by code
`,
);

const archiveCouponStatement = statement(
  'archive_coupon',
  `
update coupons
set archived_at = $2
where code = $1
  and archived_at is null
`,
);

/** False when the code is taken. */
export async function insertCoupon(transaction: Queryable, coupon: { code: string; definition: CouponDefinition }, at: Instant): Promise<boolean> {
  return (await transaction.rows(insertCouponStatement, [coupon.code, JSON.stringify(coupon.definition), timestampText(at)])).length > 0;
}

/** The coupon of that code, or all. */
export async function selectCoupons(queryable: Queryable, code: string | null): Promise<StoredCoupon[]> {
  const rows = await queryable.rows<{ code: string; definition: string; archived_at: string | null }>(selectCouponsStatement, [code]);
  return rows.map((row) => ({ code: row.code, definition: JSON.parse(row.definition) as CouponDefinition, isArchived: row.archived_at !== null }));
}

export async function archiveCoupon(transaction: Queryable, code: string, at: Instant): Promise<void> {
  await transaction.rows(archiveCouponStatement, [code, timestampText(at)]);
}
