import { ActionIcon, Tooltip } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { rowsOf } from '../../../api/paged';
import { useAudiencePeople, type Broadcast } from '../broadcast/broadcasts.queries';

/** People that are flipped through. */
const SHOWN = 10;

interface FlipThroughProps {
  broadcast: Broadcast;
  /** Whom the mail is shown for. */
  who: string;
  onShow: (email: string) => void;
}

/** Shows the mail as some of those get it who would receive it, one after the other. */
export function FlipThrough({ broadcast, who, onShow }: FlipThroughProps) {
  const { data } = useAudiencePeople(broadcast, 'will_receive');
  const people = data ? rowsOf(data).slice(0, SHOWN) : [];
  if (people.length === 0) return null;
  const at = people.findIndex(({ contact_email }) => contact_email === who);
  const show = (next: number) => onShow(people[(next + people.length) % people.length]!.contact_email);
  return (
    <div className="row flip-through" role="group" aria-label="Some of those who will receive it">
      <Tooltip label="The one before">
        <ActionIcon
          variant="default"
          aria-label="The recipient before"
          onClick={() => show(at < 0 ? people.length - 1 : at - 1)}
        >
          <IconChevronLeft size={16} />
        </ActionIcon>
      </Tooltip>
      <span className="label" aria-live="polite">
        {at < 0 ? `${people.length} to look at` : `${at + 1} of ${people.length}`}
      </span>
      <Tooltip label="The next one">
        <ActionIcon variant="default" aria-label="The next recipient" onClick={() => show(at + 1)}>
          <IconChevronRight size={16} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
