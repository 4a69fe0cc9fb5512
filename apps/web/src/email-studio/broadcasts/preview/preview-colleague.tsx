import { Autocomplete } from '@mantine/core';
import { rowsOf } from '../../../api/paged';
import { useAudiencePeople, type Broadcast } from '../broadcast/broadcasts.queries';

interface PreviewColleagueInputProps {
  broadcast: Broadcast;
  who: string;
  setWho: (email: string) => void;
}

/** Asks for which colleague a broadcast to colleagues is shown: those who would receive it are offered. */
export function PreviewColleagueInput({ broadcast, who, setWho }: PreviewColleagueInputProps) {
  const { data } = useAudiencePeople(broadcast, 'will_receive');
  return (
    <Autocomplete
      label="Preview for"
      placeholder="A colleague’s address. Leave empty for a sample person."
      data={[...new Set((data ? rowsOf(data) : []).map(({ contact_email }) => contact_email))]}
      value={who}
      onChange={setWho}
    />
  );
}
