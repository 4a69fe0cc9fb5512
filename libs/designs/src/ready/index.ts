import { abandonedCheckout } from './abandoned-checkout.js';
import { event } from './event.js';
import { launch } from './launch.js';
import { newsletter } from './newsletter.js';
import type { ReadyDesign } from './parts.js';
import { password } from './password.js';
import { receipt } from './receipt.js';
import { welcome } from './welcome.js';
import { winBack } from './win-back.js';

export type { ReadyDesign } from './parts.js';
export { recipeMails } from './recipe-mails.js';

/** Designs to begin with, in the order in which they are offered. */
export const readyDesigns: readonly ReadyDesign[] = [
  newsletter,
  launch,
  welcome,
  abandonedCheckout,
  winBack,
  event,
  receipt,
  password,
];
