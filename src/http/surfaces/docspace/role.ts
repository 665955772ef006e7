/** What a portal's user may be; a key may be several of them. Contracts/docspace.md section 3. */
export const ROLES = ['owner', 'admin', 'payer', 'user', 'guest'] as const;
export type Role = (typeof ROLES)[number];
export type Roles = ReadonlySet<Role>;

/**
 * Who may ask, in the vendor's terms: `admin` its administrators and the owner; `settings` who may edit the portal's
 * settings, in practice the same; `payer` who pays; `payingAdmin` who is both; `payerOrOwner`; `member` everyone but guests; `everyone`.
 */
export type Who = 'admin' | 'settings' | 'payer' | 'payingAdmin' | 'payerOrOwner' | 'member' | 'everyone';

/** A scope that says what the key's user is, not what the key may do. */
const ROLE_SCOPE = /^docspace:(owner|admin|payer|user|guest)$/;
const OWNER_AND_PAYER: Roles = new Set<Role>(['owner', 'payer']);

/** What the scopes of a customer's key say of its user; a key that says nothing is the owner's, who pays. */
export function rolesOf(scopes: readonly string[]): Roles {
  const named = scopes.flatMap((scope) => ROLES.filter((role) => ROLE_SCOPE.exec(scope)?.[1] === role));
  return named.length === 0 ? OWNER_AND_PAYER : new Set(named);
}

/** What narrows the key itself: its scopes but for those that name a role. */
export function narrowingScopes(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => !ROLE_SCOPE.test(scope));
}

export function isAdmin(roles: Roles): boolean {
  return roles.has('owner') || roles.has('admin');
}

export function isGuest(roles: Roles): boolean {
  return roles.has('guest') && roles.size === 1;
}

export function isAmong(roles: Roles, who: Who): boolean {
  switch (who) {
    case 'admin':
    case 'settings':
      return isAdmin(roles);
    case 'payer':
      return roles.has('payer');
    case 'payingAdmin':
      return isAdmin(roles) && roles.has('payer');
    case 'payerOrOwner':
      return roles.has('payer') || roles.has('owner');
    case 'member':
      return !isGuest(roles);
    case 'everyone':
      return true;
  }
}
