import { boundGarbage } from './bound-garbage.js';

// Before anything else is loaded, since it may begin this process anew.
boundGarbage();
await import('./program.js');
