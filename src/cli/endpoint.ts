import { toAddress } from '../reader/call.js';
import { Misuse } from './exit.js';
import { settingOf } from './setting.js';

/** A system with an API, and the key to ask it with. */
export interface Endpoint {
  readonly url: string;
  readonly key: string;
}

/** Where things come from. @throws Misuse. */
export function sourceOf(flags: { readonly url?: string; readonly key?: string }): Endpoint {
  const { url } = flags;
  if (url === undefined || toAddress(url) === null) throw new Misuse('--url must be an http or https address, such as http://127.0.0.1:4610');
  const key = settingOf({ flag: '--key', variable: 'PAIDUP_KEY' }, flags.key)?.value.trim() ?? '';
  if (key === '') throw new Misuse('a key is needed: set PAIDUP_KEY, or give --key (which others on this machine may see)');
  return { url, key };
}

/** The running Paidup that is meant beside it. @throws Misuse. */
export function targetOf(flags: { readonly to?: string; readonly toKey?: string }): Endpoint {
  const url = settingOf({ flag: '--to', variable: 'PAIDUP_TO' }, flags.to);
  const address = url === undefined ? null : toAddress(url.value);
  if (address === null) throw new Misuse(`${url?.from ?? '--to'} must be the http or https address of a running Paidup, such as http://127.0.0.1:4610`);
  const key = settingOf({ flag: '--to-key', variable: 'PAIDUP_TO_KEY' }, flags.toKey)?.value.trim() ?? '';
  if (key === '') throw new Misuse("Paidup's secret key is needed: set PAIDUP_TO_KEY, or give --to-key (which others on this machine may see)");
  return { url: address, key };
}
