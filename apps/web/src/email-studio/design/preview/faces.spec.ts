import { describe, expect, it } from '@jest/globals';
import { faceOf } from './faces';

describe('the faces of a mail', () => {
  it('decide light and dark themselves, and leave the doctype where it is', () => {
    const mail =
      '<!doctype html><html><head><style>@media (prefers-color-scheme: dark) {p{color:#fff}}</style></head><p>Hi</p>';
    const dark = faceOf(mail, 'dark');
    expect(dark).toMatch(/^<!doctype html><html><head><style>:root\{color-scheme:dark\}<\/style>/);
    expect(dark).toContain('@media (min-width:0px)');
    expect(faceOf(mail, 'desktop')).toContain('color-scheme:only light');
    expect(faceOf(mail, 'desktop')).toContain('@media (max-width:0px)');
    expect(faceOf('<p>Hi</p>', 'dark')).toBe('<style>:root{color-scheme:dark}</style><p>Hi</p>');
    expect(faceOf('<!doctype html><header>Hi</header>', 'no-images')).toMatch(
      /^<!doctype html><style>.*img-src 'none'/,
    );
  });
});
