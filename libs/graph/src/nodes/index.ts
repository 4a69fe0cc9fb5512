import type { NodeDef } from '../model/node.js';
import { activityReceived } from './activity-received.node.js';
import { dateReached } from './date-reached.node.js';
import { enterAutomation } from './enter-automation.node.js';
import { exit } from './exit.node.js';
import { filter } from './filter.node.js';
import { manual } from './manual.node.js';
import { monitor } from './monitor.node.js';
import { notifyTeam } from './notify-team.node.js';
import { randomSplit } from './random-split.node.js';
import { recordActivity } from './record-activity.node.js';
import { schedule } from './schedule.node.js';
import { sendEmail } from './send-email.node.js';
import { smartListEntered } from './smart-list-entered.node.js';
import { smartListLeft } from './smart-list-left.node.js';
import { switchNode } from './switch.node.js';
import { updateContact } from './update-contact.node.js';
import { updateList } from './update-list.node.js';
import { waitForTime } from './wait-for-time.node.js';
import { waitUntil } from './wait-until.node.js';
import { wait } from './wait.node.js';
import { webhook } from './webhook.node.js';

export const nodeTypes = [
  'activity_received',
  'smart_list_entered',
  'smart_list_left',
  'monitor',
  'schedule',
  'date_reached',
  'manual',
  'filter',
  'switch',
  'random_split',
  'wait',
  'wait_until',
  'wait_for_time',
  'send_email',
  'update_contact',
  'update_list',
  'record_activity',
  'webhook',
  'notify_team',
  'enter_automation',
  'exit',
] as const;
export type NodeType = (typeof nodeTypes)[number];

/** Every type of step that the engine can carry out. The only list. */
export const nodes: Record<NodeType, NodeDef> = {
  activity_received: activityReceived,
  smart_list_entered: smartListEntered,
  smart_list_left: smartListLeft,
  monitor,
  schedule,
  date_reached: dateReached,
  manual,
  filter,
  switch: switchNode,
  random_split: randomSplit,
  wait,
  wait_until: waitUntil,
  wait_for_time: waitForTime,
  send_email: sendEmail,
  update_contact: updateContact,
  update_list: updateList,
  record_activity: recordActivity,
  webhook,
  notify_team: notifyTeam,
  enter_automation: enterAutomation,
  exit,
} as unknown as Record<NodeType, NodeDef>;

/** The definition of a type, or undefined for a type that this version does not know. */
export const nodeDef = (type: string): NodeDef | undefined =>
  Object.hasOwn(nodes, type) ? nodes[type as NodeType] : undefined;
