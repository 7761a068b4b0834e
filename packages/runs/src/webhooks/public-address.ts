import { AppError } from '@segcast/contracts';
import ipaddr from 'ipaddr.js';
import { lookup as resolve, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** Whether an address is one of the public internet: not private, loopback, link-local or the like. */
export function isPublicAddress(address: string): boolean {
  // A v4 address in v6 clothes is looked at as what it is.
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

function privateTarget(host: string, address: string): AppError {
  const where = host === address ? host : `${host} (${address})`;
  return new AppError(
    'invalid_request',
    `${where} is no public address. Set WEBHOOK_ALLOW_PRIVATE=1 if the service may call it.`,
  );
}

/**
 * Refuses a URL whose host is written as an address that is not public. Names are looked at when
 * they are resolved for a connection.
 */
export function refusePrivateAddress(url: string): void {
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
  if (ipaddr.isValid(host) ? !isPublicAddress(host) : isLocalName(host)) {
    throw privateTarget(host, host);
  }
}

function isLocalName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

/**
 * Resolves a name for a connection, which then goes to the very addresses that were looked at: a
 * name that is resolved again could lead elsewhere by then. Fails when any of them is not public.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error !== null) {
      callback(error, '');
      return;
    }
    const hidden = addresses.find(({ address }) => !isPublicAddress(address));
    const [first] = addresses;
    if (hidden !== undefined) callback(privateTarget(hostname, hidden.address), '');
    else if (options.all === true) callback(null, addresses);
    else callback(null, first?.address ?? '', first?.family);
  });
};
