import {
  IconHome,
  IconInbox,
  IconListDetails,
  IconMail,
  IconRoute,
  IconScript,
  IconSend,
  IconSettings,
  IconUsers,
  type Icon,
} from '@tabler/icons-react';
import { adminAddresses } from '#contracts';

export interface AdminScreen {
  to: string;
  label: string;
  icon: Icon;
  /** Other words under which the command palette finds it. */
  keywords: string[];
}

/** Where one can go: the navigation and the command palette read this list. Only screens that exist. */
export const screens: AdminScreen[] = [
  { to: adminAddresses.home, label: 'Home', icon: IconHome, keywords: ['start', 'attention', 'set-up'] },
  {
    to: adminAddresses.directory,
    label: 'Directory',
    icon: IconUsers,
    keywords: ['people', 'contacts', 'customers', 'leads'],
  },
  { to: adminAddresses.smartLists, label: 'Smart lists', icon: IconListDetails, keywords: ['segments', 'audience'] },
  { to: adminAddresses.automations, label: 'Automations', icon: IconRoute, keywords: ['flows', 'workflows'] },
  {
    to: adminAddresses.emailStudio,
    label: 'E-mail studio',
    icon: IconSend,
    keywords: ['broadcasts', 'newsletter', 'campaigns', 'send'],
  },
  {
    to: adminAddresses.templates(),
    label: 'E-mail templates',
    icon: IconMail,
    keywords: ['designs', 'mails', 'editor'],
  },
  { to: adminAddresses.outbox(), label: 'Outbox', icon: IconInbox, keywords: ['e-mails', 'mails', 'messages', 'sent'] },
  { to: adminAddresses.audit, label: 'Audit', icon: IconScript, keywords: ['history', 'who did what'] },
  {
    to: adminAddresses.settings(),
    label: 'Settings',
    icon: IconSettings,
    keywords: ['sender', 'keys', 'staff', 'workspace'],
  },
];
