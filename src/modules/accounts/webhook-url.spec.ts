import { DomainError } from '../../kernel/errors/domain-error.js';
import { assertWebhookUrl } from './webhook-url.js';

function refusal(url: string, allowPrivate = false): string | undefined {
  try {
    assertWebhookUrl(url, allowPrivate);
    return undefined;
  } catch (error) {
    if (!(error instanceof DomainError) || error.field !== 'webhook_url') throw error;
    return error.message.replace('Validation error: webhook_url: ', '');
  }
}

const notAUrl = 'must be an http or https URL';
const inside = 'must not lead to a private, loopback, link-local or otherwise reserved host';

it.each([
  'https://hooks.example.com',
  'HTTPS://Hooks.Example.COM/path?token=1#part',
  'http://example.com:8080/a/b',
  'https://xn--mnchen-3ya.example/',
  'https://münchen.example/',
  'http://8.8.8.8/',
  'http://9.255.255.255/',
  'http://11.0.0.0/',
  'http://100.63.255.255/',
  'http://100.128.0.0/',
  'http://126.255.255.255/',
  'http://128.0.0.1/',
  'http://172.15.255.255/',
  'http://172.32.0.0/',
  'http://192.167.255.255/',
  'http://192.169.0.0/',
  'http://169.253.255.255/',
  'http://223.255.255.255/',
  'http://[2606:4700:4700::1111]/',
  'https://localhost.example.com/',
  'https://mylocalhost.dev/',
  'https://internal.example.com/',
  'https://example.com./',
])('takes %s', (url) => expect(refusal(url)).toBeUndefined());

it.each([
  '',
  'hooks.example.com',
  '/path',
  '//example.com/',
  'ftp://example.com/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'gopher://example.com/',
  'http:example.com',
  'http:/example.com',
  'http:///example.com',
  'http://',
  'http://?a',
  'http://exa mple.com/',
  ' http://example.com/',
  'http://example.com/ ',
  'ht\ntp://example.com/',
  'http://exam\tple.com/',
  'http://example.com\\@127.0.0.1/',
  'http://example.com/\u0000',
  'http://256.256.256.256/',
  'http://1.2.3.4.5/',
  'http://[::1/',
  'http://example.com:99999/',
  'http://exa<mple.com/',
])('takes no %j', (url) => expect(refusal(url)).toBe(notAUrl));

it.each(['http://user@example.com/', 'http://user:password@example.com/', 'http://:p@example.com/'])(
  'takes no %s',
  (url) => {
    expect(refusal(url)).toBe('must not contain a user name or a password');
    expect(refusal(url, true)).toBe('must not contain a user name or a password');
  },
);

describe.each<[string, string[]]>([
  ['this network', ['http://0.0.0.0/', 'http://0/', 'http://0.255.255.255/']],
  ['10/8', ['http://10.0.0.0/', 'http://10.255.255.255/']],
  ['carrier-grade NAT', ['http://100.64.0.0/', 'http://100.127.255.255/']],
  ['loopback', ['http://127.0.0.1/', 'http://127.255.255.255:8080/x', 'http://127.0.0.1./']],
  ['other ways to write 127.0.0.1', ['http://127.1/', 'http://2130706433/', 'http://0x7f000001/']],
  ['octal and mixed', ['http://0177.0.0.1/', 'http://0x7f.0.0.1/', 'http://017700000001/']],
  ['percent and full-width', ['http://%31%32%37.0.0.1/', 'http://１２７.0.0.1/', 'http://127。0。0。1/']],
  ['link-local', ['http://169.254.0.0/', 'http://169.254.169.254/latest/meta-data/']],
  ['172.16/12', ['http://172.16.0.0/', 'http://172.31.255.255/']],
  ['192.168/16', ['http://192.168.0.0/', 'http://192.168.255.255/', 'http://3232235777/']],
  ['other reserved ones', ['http://192.0.0.1/', 'http://198.18.0.1/', 'http://198.19.255.255/']],
  ['multicast', ['http://224.0.0.1/', 'http://239.255.255.255/']],
  ['reserved and broadcast', ['http://240.0.0.1/', 'http://255.255.255.255/']],
  ['IPv6 loopback', ['http://[::1]/', 'http://[0:0:0:0:0:0:0:1]:80/', 'http://[::]/']],
  ['IPv4-mapped', ['http://[::ffff:127.0.0.1]/', 'http://[::ffff:a00:1]/', 'http://[::ffff:8.8.8.8]/']],
  ['IPv4-compatible', ['http://[::127.0.0.1]/', 'http://[::10.0.0.1]/']],
  ['NAT64, 6to4, Teredo', ['http://[64:ff9b::a00:1]/', 'http://[2002:a00:1::]/', 'http://[2001:0:a00:1::]/']],
  ['unique-local', ['http://[fc00::1]/', 'http://[fdff:ffff::1]/']],
  ['IPv6 link-local', ['http://[fe80::1]/', 'http://[febf::1]/', 'http://[fec0::1]/']],
  ['IPv6 multicast', ['http://[ff02::1]/', 'http://[ff0e::1]/']],
  [
    'names',
    [
      'http://localhost/',
      'http://LOCALHOST:3000/',
      'http://localhost./',
      'http://localhost../',
      'http://a.localhost/',
    ],
  ],
  ['local names', ['http://printer.local/', 'http://metadata.google.internal/', 'http://a.b.local./']],
  ['names without a dot', ['http://redis:6379/', 'http://intranet/']],
])('%s', (_, urls) => {
  it.each(urls)('%s is refused, unless private ones are allowed', (url) => {
    expect(refusal(url)).toBe(inside);
    expect(refusal(url, true)).toBeUndefined();
  });
});
