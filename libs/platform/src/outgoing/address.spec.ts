import { describe, expect, it } from '@jest/globals';
import { nodes } from '#graph';
import { readConfig } from '../config/config.js';
import { readNetworks } from '../config/networks.js';
import { refusedAddress } from './address.js';
import { callOut, internet, type Net } from './call-out.js';

/** Addresses that lead to this machine, to private networks, to nobody, or by way of another address. */
const inside = [
  ...['127.0.0.1', '127.1.2.3', '0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255'],
  ...['192.168.0.1', '192.168.255.255', '169.254.169.254', '169.254.0.1', '100.64.0.1', '100.127.255.255'],
  ...['192.0.0.1', '192.0.2.1', '192.88.99.1', '198.18.0.1', '198.19.255.255', '198.51.100.1', '203.0.113.1'],
  ...['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  ...['::1', '::', 'fe80::1', 'febf::1', 'fec0::1', 'fc00::1', 'fd12:3456::1', 'ff02::1', '100::1'],
  ...[
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:0:127.0.0.1',
    '::127.0.0.1',
    '::7f00:1',
  ],
  ...['2002:7f00:1::', '2002:c0a8:1::1', '2002:a00:1::', '64:ff9b::7f00:1', '64:ff9b::10.0.0.1', '64:ff9b:1::a00:1'],
  ...['2001:0:7f00:1::', '2001::1', '2001:db8::1', '3fff::1', '2001:20::1', '2001:2::1', '5f00::1'],
  ...['2a00:1450::5efe:7f00:1', '2a00:1450::200:5efe:10.0.0.1', '4000::1', 'not an address', ''],
];
const outside = ['8.8.8.8', '1.1.1.1', '93.184.215.14', '172.15.255.255', '172.32.0.1', '100.63.255.255', '11.0.0.1'];
const outside6 = ['2606:4700:4700::1111', '2a00:1450:4001:830::200e', '2620:fe::fe'];

/** Ways to write an address of this machine that a URL reads as one. */
const disguises = [
  ...['http://127.0.0.1/', 'http://2130706433/', 'http://0x7f000001/', 'http://0x7f.1/', 'http://017700000001/'],
  ...['http://0177.0.0.1/', 'http://127.1/', 'http://127.0.1/', 'http://0/', 'http://0.0.0.0/', 'http://00.0.0.0/'],
  ...['http://%31%32%37.0.0.1/', 'http://１２７.0.0.1/', 'http://127。0。0。1/', 'http://127.0.0.1./', 'http://[::1]/'],
  ...['http://[::ffff:127.0.0.1]/', 'http://[0:0:0:0:0:ffff:7f00:1]/', 'http://[::]/', 'http://[64:ff9b::7f00:1]/'],
  ...[
    'http://[2002:7f00:1::]/',
    'https://169.254.169.254/latest/meta-data/',
    'http://0xa9fea9fe/',
    'http://2852039166/',
  ],
];

const nowhere: Net = {
  allowed: [],
  resolve: () => Promise.reject(new Error('An address needs no look-up.')),
};
const call = (url: string) => ({ url, headers: {}, body: '{}' });

describe('addresses that webhooks may call', () => {
  it.each(inside)('refuses %s', (address) => {
    expect(refusedAddress(address)).toEqual(expect.any(String));
  });

  it.each([...outside, ...outside6])('takes %s', (address) => {
    expect(refusedAddress(address)).toBeUndefined();
  });

  it('takes a private one only inside a network that was named', () => {
    const networks = readNetworks('10.1.0.0/16, 127.0.0.1, fd00:1::/32');
    expect(['10.1.2.3', '127.0.0.1', 'fd00:1::5'].map((address) => refusedAddress(address, networks))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    for (const other of ['10.2.0.1', '127.0.0.2', 'fd00:2::5', '::ffff:10.1.2.3'])
      expect(refusedAddress(other, networks)).toEqual(expect.any(String));
    expect(() => readNetworks('10.1.0.0/16,home')).toThrow(/“home” is no network/);
  });
});

describe('a call', () => {
  it.each(disguises)('is not made to %s', async (url) => {
    const tried = await callOut(call(url), { ...nowhere, resolve: async (host) => [host] });
    expect(tried).toMatchObject({ ok: false, final: true, reason: expect.stringMatching(/only public addresses/) });
  });

  it.each([
    'ftp://example.com/',
    'file:///etc/passwd',
    'gopher://example.com/',
    'javascript:alert(1)',
    'data:,x',
    '//x',
    'nonsense',
  ])('takes no address like %s, nor does the step', async (url) => {
    expect(await callOut(call(url), nowhere)).toMatchObject({ ok: false, final: true });
    expect(nodes.webhook.config.safeParse({ url }).success).toBe(false);
  });

  it('is not made to a name that leads inside, nor to one of which one address does', async () => {
    const leadingTo = (...addresses: string[]): Net => ({ allowed: [], resolve: async () => addresses });
    for (const addresses of [['127.0.0.1'], ['::1'], ['8.8.8.8', '10.0.0.1'], ['10.0.0.1', '8.8.8.8']])
      expect(await callOut(call('https://rebind.example/'), leadingTo(...addresses))).toMatchObject({
        ok: false,
        final: true,
      });
    expect(await callOut(call('https://gone.example/'), leadingTo())).toMatchObject({ ok: false, final: false });
    expect(await callOut(call('http://localhost/'), internet(readConfig({})))).toMatchObject({
      ok: false,
      final: true,
    });
  });

  it('is made to the hosts of CORTEX_OUTGOING_HOSTS only, where it is set', async () => {
    const { hosts } = internet(readConfig({ CORTEX_OUTGOING_HOSTS: 'Hooks.example.com, *.shop.example' }));
    const refused = {
      ok: false,
      final: true,
      reason: expect.stringMatching(/not among those of CORTEX_OUTGOING_HOSTS/),
    };
    for (const host of [
      'example.com',
      'xhooks.example.com',
      'shop.example',
      'evilshop.example',
      '8.8.8.8',
      '[2001:4860::1]',
    ])
      expect(await callOut(call(`https://${host}/`), { ...nowhere, hosts })).toMatchObject(refused);
    const looked: string[] = [];
    const resolve = async (host: string) => (looked.push(host), []);
    for (const host of ['hooks.example.com', 'HOOKS.example.com', 'a.shop.example', 'a.b.shop.example'])
      await callOut(call(`https://${host}/`), { ...nowhere, resolve, hosts });
    expect(looked).toEqual(['hooks.example.com', 'hooks.example.com', 'a.shop.example', 'a.b.shop.example']);
  });
});
