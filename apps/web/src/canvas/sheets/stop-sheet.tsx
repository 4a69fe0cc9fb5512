import type { Automation } from '#contracts';
import { Button, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTransitions } from '../../automations/automations.queries';
import { Problem } from '../../ui/forms/confirm';
import { people } from '../../ui/formatting/format';
import { useScreen, useScreenStore } from '../screen/screen-store';

/** Everyone leaves: said with the number, and confirmed by typing it. */
export function StopSheet({ automation }: { automation: Automation }) {
  const opened = useScreen((screen) => screen.sheet === 'stop');
  const screen = useScreenStore();
  const { stop } = useTransitions(automation.id);
  const [typed, setTyped] = useState('');
  const { inside } = automation;
  const leave = inside === 1 ? 'leaves' : 'leave';
  const close = () => {
    setTyped('');
    stop.reset();
    screen.setState({ sheet: null });
  };
  return (
    <Modal opened={opened} onClose={close} title="Stop this automation" closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className="stack">
        <p className="sentence">
          {inside === 0
            ? 'No one is inside. Nobody else will enter.'
            : `${people(inside)} inside ${leave} at once, and nobody else enters. To keep them inside, pause it instead.`}
        </p>
        <TextInput
          label={`Type ${inside} to confirm`}
          inputMode="numeric"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Problem error={stop.error} />
        <Button
          color="danger"
          disabled={typed.trim() !== String(inside) || stop.isPending}
          onClick={() => stop.mutate(inside, { onSuccess: close })}
        >
          Stop: {people(inside)} {leave}
        </Button>
      </div>
    </Modal>
  );
}
