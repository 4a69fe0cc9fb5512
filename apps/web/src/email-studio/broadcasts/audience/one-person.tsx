import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { PersonInput } from '../../../people/person-input';
import { failedBy } from '../../../api/problem';
import { Section } from '../../../ui/pages/page';
import { useWhyNot, type Broadcast } from '../broadcast/broadcasts.queries';

const address = /^[^\s@]+@[^\s@]+$/;

/** Whether one person, or one colleague, would get it, and why not. */
export function OnePerson({ broadcast }: { broadcast: Broadcast }) {
  const [text, setText] = useState('');
  const [settled] = useDebouncedValue(text.trim(), 250);
  const toStaff = broadcast.audience === 'staff';
  const answer = useWhyNot(broadcast, address.test(settled) ? settled : undefined);
  return (
    <Section title="Look somebody up">
      <div className="row">
        {toStaff ? (
          <TextInput
            aria-label="Colleague to look up"
            placeholder="E-mail address"
            type="email"
            w={320}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        ) : (
          <PersonInput aria-label="Person to look up" w={320} value={text} onChange={setText} />
        )}
        <p className="sentence" role="status">
          {answer.error
            ? failedBy(answer.error, 'unknown_address')
              ? 'Nobody in the directory has this address.'
              : answer.error.message
            : (answer.data?.sentence ?? '')}
        </p>
      </div>
    </Section>
  );
}
