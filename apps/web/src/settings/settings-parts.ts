import { useMay } from '../access/session.queries';
import { useSettings } from './saving/settings.queries';

interface SettingsPart {
  /** The end of its address. */
  id: string;
  label: string;
}

const forAll: readonly SettingsPart[] = [
  { id: 'workspace', label: 'Workspace' },
  { id: 'sending', label: 'Sending' },
  { id: 'senders', label: 'Senders' },
  { id: 'seeds', label: 'Seed lists' },
  { id: 'brand', label: 'Brand' },
  { id: 'consent', label: 'Consent' },
  { id: 'topics', label: 'Topics' },
  { id: 'forms', label: 'Sign-up forms' },
  { id: 'suppressions', label: 'Suppressions' },
  { id: 'sources', label: 'Sources' },
  { id: 'orders', label: 'Orders' },
  { id: 'account', label: 'Your account' },
];
const forAdministrators: readonly SettingsPart[] = [
  { id: 'keys', label: 'API keys' },
  { id: 'webhooks', label: 'Webhooks' },
  { id: 'data', label: 'Data kept' },
  { id: 'security', label: 'Security' },
  { id: 'staff', label: 'Staff' },
  { id: 'sessions', label: 'Sessions' },
];

/** The parts of the settings that whoever is signed in can see: the page and the palette read this list. */
export function useSettingsParts(): SettingsPart[] {
  const mayAdmin = useMay('admin');
  const { data } = useSettings();
  return [
    ...forAll,
    ...(mayAdmin ? forAdministrators : []),
    ...(mayAdmin && data?.demo ? [{ id: 'demo', label: 'Demo data' }] : []),
  ];
}
