import type { Group } from '#rules';

/**
 * Who got a mail of this broadcast and followed none of its links, as rules. A click that turned out to be a scanner's
 * stands in the timeline as one of a person, and says so (`by_machine`).
 */
export function deliveredNotClicked(broadcastId: string): Group {
  const where: Group = {
    operator: 'AND',
    conditions: [{ field: 'metadata.campaign_id', operator: 'eq', value: broadcastId }],
  };
  const byHand: Group = {
    operator: 'AND',
    conditions: [...where.conditions, { field: 'metadata.by_machine', operator: 'is_empty' }],
  };
  return {
    operator: 'AND',
    conditions: [
      { field: 'activity', activity_type: 'email.delivered', operator: 'count_gte', value: 1, where },
      { field: 'activity', activity_type: 'email.clicked', operator: 'never', where: byHand },
    ],
  };
}
