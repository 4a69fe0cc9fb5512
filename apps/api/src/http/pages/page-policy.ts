import { adminAddresses } from '#contracts';
import type { Config } from '#platform';

const own = "'self'";

/** Where Unlayer's editor comes from. It stands here, so that nothing that is sent to us can name another place. */
const UNLAYER = 'https://editor.unlayer.com';

/**
 * What a page may load, as a Content-Security-Policy: files of this server; images from anywhere over https, because
 * mails carry them, and from the address that mails name for pictures of ours.
 * @param guests other servers whose scripts and frames the page may hold
 */
export const pagePolicy = (publicUrl: string, guests: readonly string[] = []) => ({
  useDefaults: false,
  directives: {
    defaultSrc: [own],
    baseUri: ["'none'"],
    objectSrc: ["'none'"],
    frameAncestors: [own],
    formAction: [own],
    scriptSrc: [own, ...guests],
    scriptSrcAttr: ["'none'"],
    styleSrc: [own, "'unsafe-inline'"],
    imgSrc: [own, 'data:', 'blob:', 'https:', new URL(publicUrl).origin],
    fontSrc: [own, 'data:'],
    connectSrc: [own],
    frameSrc: [own, ...guests],
    workerSrc: [own, 'blob:'],
  },
});

/**
 * Pages that may load more than others, by their route. With a project at Unlayer the page of a template lets Unlayer's
 * editor in; the web leaves that page by loading the next one anew (`unlayer-room.tsx`).
 */
export const widerPages = ({
  env,
  publicUrl,
}: Pick<Config, 'env' | 'publicUrl'>): ReadonlyMap<string, ReturnType<typeof pagePolicy>> =>
  env.UNLAYER_PROJECT_ID === undefined
    ? new Map()
    : new Map([[adminAddresses.template(':id'), pagePolicy(publicUrl, [UNLAYER])]]);
