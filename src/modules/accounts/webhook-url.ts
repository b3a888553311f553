import { BlockList, isIP } from 'node:net';
import { validationError } from '../../kernel/http/validation.js';

const inside = {
  // Two lists: a rule on the IPv4-mapped range in a common one would match every IPv4 address.
  4: subnets('ipv4', [
    '0.0.0.0/8', // this network
    '10.0.0.0/8',
    '100.64.0.0/10', // carrier-grade NAT
    '127.0.0.0/8',
    '169.254.0.0/16', // link-local, and the cloud's metadata
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15', // benchmarks
    '224.0.0.0/4', // multicast
    '240.0.0.0/4', // reserved, broadcast
  ]),
  6: subnets('ipv6', [
    '::/96', // unspecified, loopback, IPv4-compatible
    '::ffff:0:0/96', // IPv4-mapped
    '64:ff9b::/96', // NAT64: an IPv4 address behind a gateway
    '64:ff9b:1::/48',
    '100::/64', // discard
    '2001::/32', // Teredo
    '2002::/16', // 6to4
    'fc00::/7', // unique-local
    'fe80::/10', // link-local
    'fec0::/10', // site-local
    'ff00::/8', // multicast
  ]),
};
const insideNames = /(?:^|\.)(?:localhost|local|internal)$/;

/**
 * Throws 400 for a URL that the delivery service must not call. A host's name is not looked up: what it resolves to now
 * says nothing of what it will when a webhook is sent, so the delivery service has to check the address it connects to.
 */
export function assertWebhookUrl(text: string, allowPrivate: boolean): void {
  // What a URL parser drops or rewrites in silence: the next one to read the text may not.
  if (!/^https?:\/\/[^/\s\\]/i.test(text) || /[\s\\\p{Cc}]/u.test(text))
    throw refused('must be an http or https URL');
  const url = parsed(text);
  if (url.username !== '' || url.password !== '') throw refused('must not contain a user name or a password');
  if (!allowPrivate && isInside(url.hostname))
    throw refused('must not lead to a private, loopback, link-local or otherwise reserved host');
}

function parsed(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw refused('must be an http or https URL');
  }
}

/** The host as WHATWG writes it: decimal, octal and hexadecimal addresses are dotted by now. */
function isInside(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.+$/, '');
  const version = isIP(host);
  if (version === 4) return inside[4].check(host, 'ipv4');
  if (version === 6) return inside[6].check(host, 'ipv6');
  // A name without a dot is one of the own network, e.g. that of another container.
  return insideNames.test(host) || !host.includes('.');
}

function subnets(type: 'ipv4' | 'ipv6', ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [net = '', prefix] = range.split('/');
    list.addSubnet(net, Number(prefix), type);
  }
  return list;
}

const refused = (message: string) => validationError('webhook_url', message);
