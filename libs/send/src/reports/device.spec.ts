import { expect, it } from '@jest/globals';
import { deviceOf } from './device.js';

it.each([
  [{ Platform: 'Mobile', UserAgent: 'Mozilla/5.0 (Windows NT 10.0)' }, 'mobile'],
  [{ Platform: 'WebMail' }, 'webmail'],
  [{ Platform: 'Unknown' }, null],
  [{ Platform: '__proto__' }, null],
  [{}, null],
  [{ UserAgent: 'Firefox' }, null],
  [
    { UserAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/125.0.0.0 Safari/537.36' },
    'desktop',
  ],
  [
    { UserAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148' },
    'mobile',
  ],
  [
    { UserAgent: 'Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 Version/16.6 Mobile/15E148' },
    'mobile',
  ],
  [{ UserAgent: 'Mozilla/5.0 (Windows NT 5.1) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)' }, 'webmail'],
  [{ UserAgent: `Mozilla/5.0 (${'('.repeat(100_000)}` }, null],
])('of %j is %j', (event, device) => {
  expect(deviceOf(event)).toBe(device);
});
