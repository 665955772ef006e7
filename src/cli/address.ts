import type { AddressInfo } from 'node:net';
import { Failed } from './exit.js';

/** The address under which this machine reaches a server that listens there: every interface becomes the loopback. */
export function urlOf(address: AddressInfo): string {
  const host = address.address === '0.0.0.0' ? '127.0.0.1' : address.address === '::' ? '::1' : address.address;
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}

/** Why the server cannot listen, in words. What is not about the address is given back as it is. */
export function listenFault(error: unknown, asked: { host: string; port: number }): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const where = `port ${asked.port} on ${asked.host}`;
  switch (code) {
    case 'EADDRINUSE':
      return new Failed(`${where} is taken: stop what listens there, or take another with --port (0 takes a free one)`, { cause: error });
    case 'EACCES':
      return new Failed(`${where} may not be taken by this user: take one above 1023 with --port`, { cause: error });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new Failed(`${asked.host} is no address of this machine: give another with --host`, { cause: error });
    case undefined:
    default:
      return error;
  }
}
