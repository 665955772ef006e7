import type { DemoKeys } from './demo/load.js';

/** What a server tells once it accepts requests. */
export interface Ready {
  readonly url: string;
  readonly store: string;
  readonly demo: DemoKeys | undefined;
  /** Made just now, because the store had no key. */
  readonly secretKey: string | undefined;
  readonly isDemoAsked: boolean;
}

/** The one line of `serve --json`: a contract with scripts. */
export function readyLine({ url, demo, secretKey }: Ready): object {
  return { url, ...(secretKey === undefined ? {} : { secret_key: secretKey }), ...(demo === undefined ? {} : { demo: demoJson(demo) }) };
}

/** The same for people, with a line to copy for each surface. */
export function greeting(ready: Ready): string {
  const { url, demo } = ready;
  const head = [
    '',
    `Paidup is ready: ${url}`,
    `  store     ${ready.store}`,
    `  API       ${url}/v1, described in ${url}/openapi.json`,
    `  surfaces  ${url}/api/2.0 (DocSpace), ${url}/v1/billing (Diga), ${url}/customer-access (Lark)`,
    `  health    ${url}/readyz, ${url}/metrics`,
  ];
  const body = demo === undefined ? plainLines(ready) : demoLines(url, demo);
  return `${[...head, ...body, '', 'Ctrl-C stops it.'].join('\n')}\n\n`;
}

function demoJson(demo: DemoKeys): object {
  const { docspace, diga, lark } = demo;
  return {
    secret_key: demo.secretKey,
    publishable_key: demo.publishableKey,
    customers: {
      docspace: { id: docspace.id, key: docspace.key },
      diga: { id: diga.id, key: diga.key },
      lark: { id: lark.id, external_id: lark.externalId },
    },
  };
}

function demoLines(url: string, { secretKey, publishableKey, docspace, diga, lark }: DemoKeys): string[] {
  return [
    '',
    'Demo keys, the same at every start on this store:',
    `  secret       ${secretKey}`,
    `  publishable  ${publishableKey}`,
    `  docspace     ${docspace.key}  for ${docspace.id} (${docspace.externalId})`,
    `  diga         ${diga.key}  for ${diga.id} (${diga.externalId})`,
    `  lark         subject ${lark.id} (${lark.externalId}), read with the publishable key`,
    '',
    'Lines to copy:',
    '  # native: all of a customer\'s state',
    `  curl -H 'Authorization: Bearer ${secretKey}' ${url}/v1/customers/${docspace.id}/state`,
    '  # DocSpace: the current plan with usage',
    `  curl -H 'Authorization: ${docspace.key}' ${url}/api/2.0/portal/payment/quota`,
    '  # Diga: the subscription',
    `  curl -H 'Authorization: Bearer ${diga.key}' ${url}/v1/billing/subscription/`,
    '  # Lark: the billing state',
    `  curl -H 'X-API-Key: ${publishableKey}' ${url}/customer-access/${lark.id}/billing-state`,
  ];
}

function plainLines({ url, secretKey, isDemoAsked }: Ready): string[] {
  const demo = isDemoAsked ? ['', 'The demo was not loaded: this store holds data of its own. Give the demo a folder of its own with --data.'] : [];
  const key =
    secretKey === undefined
      ? ['', 'This store has keys already. To make another, stop the server and run: paidup keys create --kind secret']
      : ['', 'The first secret key of this store, shown this once:', `  ${secretKey}`, '', 'A line to copy:', `  curl -H 'Authorization: Bearer ${secretKey}' ${url}/v1/plans`];
  return [...demo, ...key];
}
