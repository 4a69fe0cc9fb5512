import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits until a state has come, looking every 10 ms.
 * @throws after a minute: a wait without an end would hold the process of a test that failed
 */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited a minute in vain for: ${String(holds)}`);
    await pause(10);
  }
}
