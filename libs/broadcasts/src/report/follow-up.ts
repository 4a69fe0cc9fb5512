import type { Group } from '#rules';

/** Who got a mail of this broadcast and followed none of its links, as rules. */
export function deliveredNotClicked(broadcastId: string): Group {
  const where: Group = {
    operator: 'AND',
    conditions: [{ field: 'metadata.campaign_id', operator: 'eq', value: broadcastId }],
  };
  return {
    operator: 'AND',
    conditions: [
      { field: 'activity', activity_type: 'email.delivered', operator: 'count_gte', value: 1, where },
      { field: 'activity', activity_type: 'email.clicked', operator: 'never', where },
    ],
  };
}
