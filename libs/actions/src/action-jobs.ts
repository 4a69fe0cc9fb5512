import { Inject, Injectable } from '@nestjs/common';
import { Database, LOG, retryLaws, type Log } from '#platform';
import { defineJob, type JobHandlers, type Queue } from '#queue';
import { z } from 'zod';
import { PATIENCE } from './action-rows.js';
import { CarryOut } from './carry-out.js';

/** Goes on with actions whose process died. */
export const goOnWithActions = defineJob({
  name: 'contact_action.go_on',
  payload: z.object({}),
  policy: 'exclusive',
  retry: retryLaws.tick,
});

/** Actions that one job goes on with; what is left over comes a minute later. */
const AT_ONCE = 100;
/** How often an action is begun. */
const MOST_TRIES = 10;

@Injectable()
export class ActionJobs implements JobHandlers {
  constructor(
    private readonly database: Database,
    private readonly carryOut: CarryOut,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async bind(queue: Queue): Promise<void> {
    await queue.handle(goOnWithActions, async () => void (await this.goOn()));
  }

  /** @returns how many it went on with */
  async goOn(): Promise<number> {
    for (let done = 0; done < AT_ONCE; done += 1) {
      // Taken one by one: nobody else takes it as long as somebody is at it.
      const left = await this.database.row<{ id: string; tries: number }>(
        `update cortex.contact_actions a set tries = a.tries + 1, resume_at = cortex.now() + make_interval(secs => $1)
         where a.id = (
           select b.id from cortex.contact_actions b where b.state = 'running' and b.resume_at <= cortex.now()
           order by b.resume_at limit 1 for update skip locked)
         returning a.id, a.tries`,
        [PATIENCE],
      );
      if (!left) return done;
      this.log.warn({ action_id: left.id, tries: left.tries }, 'goes on with an action whose process died');
      if (left.tries > MOST_TRIES) await this.giveUp(left.id);
      await this.carryOut.goOn(left.id);
    }
    return AT_ONCE;
  }

  /** What ends its process each time is left to people. */
  private async giveUp(id: string): Promise<void> {
    await this.database.run(
      `update cortex.contact_action_effects e
       set state = case e.state when 'begun' then 'unclear' else 'failed' end, at = cortex.now(),
         detail = 'Given up after several processes ended over it. Try it again.'
       where e.action_id = $1 and e.state in ('waiting', 'begun')`,
      [id],
    );
  }
}
